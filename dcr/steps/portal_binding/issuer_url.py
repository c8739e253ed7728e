"""The issuer as Konnect wants it: the whole address of the metadata document.

Source: reference/how-to.md, *Configure the Dev Portal*, step 5; reference/konnect.md section 2.
"""

from __future__ import annotations

from dcr.results.outcome import Facts

SUFFIX = "/.well-known/openid-configuration"


def issuer_url(facts: Facts) -> str | None:
    """Of the platform's issuer; None while that is not known."""
    issuer = facts.get("issuer")
    if issuer is None:
        return None
    return issuer if issuer.endswith(SUFFIX) else issuer.rstrip("/") + SUFFIX
