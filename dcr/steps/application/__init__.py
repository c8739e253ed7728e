"""Stage 5: the application in either way, its credentials in Vault, its registrations for APIs."""
