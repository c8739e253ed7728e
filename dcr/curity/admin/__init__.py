"""Curity's configuration over RESTCONF: read as JSON, compared, written as one XML edit."""
