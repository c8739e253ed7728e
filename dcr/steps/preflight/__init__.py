"""What must be there, and may be used, before anything is written."""
