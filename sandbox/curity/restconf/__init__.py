"""Curity's RESTCONF admin interface. Source: reference/curity.md section 3."""

from sandbox.curity.restconf.application import create_app

__all__ = ["create_app"]
