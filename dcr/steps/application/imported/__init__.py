"""An application whose client we register ourselves, and then have Konnect adopt."""
