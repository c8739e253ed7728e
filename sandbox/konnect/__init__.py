"""A stand-in for Konnect's platform API: DCR providers, auth strategies, portals, APIs, applications."""
