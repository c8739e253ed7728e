"""Curity's RESTCONF admin interface. Source: docs/vendors/curity.md, RESTCONF requests."""

from sandbox.curity.restconf.application import create_app

__all__ = ["create_app"]
