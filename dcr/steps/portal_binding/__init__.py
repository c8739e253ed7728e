"""Stage 4: Konnect's DCR provider and auth strategy, and the tenant's publications."""
