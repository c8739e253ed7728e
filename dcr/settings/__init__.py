"""The settings of an installation, and their documentation."""
