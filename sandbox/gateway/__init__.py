"""A stand-in for a Kong Gateway under Konnect's application auth."""
