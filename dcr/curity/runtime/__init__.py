"""Curity's run time: metadata, tokens, keys, and the registration of clients."""
