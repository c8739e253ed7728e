"""Kong Konnect's platform API: DCR providers, auth strategies, portals, APIs, publications, applications, registrations."""
