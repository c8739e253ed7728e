"""Stage 6: the credentials work, and nothing else does."""
