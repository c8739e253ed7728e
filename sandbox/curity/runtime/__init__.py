"""Curity's run time: what the configuration deploys. Source: docs/vendors/curity.md, Metadata, Token requests."""
