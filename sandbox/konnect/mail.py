"""What Konnect sends developers by mail: the only way to a first password. Source: docs/vendors/konnect.md, Portal sign-in."""

from __future__ import annotations

import secrets
import uuid

from sandbox.konnect.problems import gone, not_found
from sandbox.konnect.state import Developer, Mail, Organization

VERIFY, RESET = "verify", "reset"


def invite(org: Organization, developer: Developer, purpose: str = VERIFY) -> Mail:
    """Put a mail with a token into the developer's mailbox."""
    token = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    return org.add(Mail(org.new_id(), portal_id=developer.portal_id, email=developer.email, purpose=purpose, token=token))


def redeem(org: Organization, portal_id: str, token: str, purpose: str) -> Developer:
    """Whose token this is; it works once.

    Raises:
        Problem: 404 for a token that nobody was sent, 410 for one that was used.
    """
    found = next((one for one in org.all(Mail) if (one.portal_id, one.token, one.purpose) == (portal_id, token, purpose)), None)
    owner = next((one for one in org.all(Developer) if found and (one.portal_id, one.email) == (portal_id, found.email)), None)
    if found is None or owner is None:
        raise not_found()
    if found.used:
        raise gone()
    found.used = True
    return owner
