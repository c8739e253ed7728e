"""Curity's admin side: what its configuration says, how that differs from what is wanted, and the one edit that fixes it."""
