"""Curity's run time: what the configuration deploys. Source: reference/curity.md section 4."""
