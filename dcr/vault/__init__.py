"""HashiCorp Vault (or OpenBao): login, secrets, references to them, locks."""
