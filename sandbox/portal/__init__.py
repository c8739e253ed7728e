"""A stand-in for one Dev Portal's API for developers."""
