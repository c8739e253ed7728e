"""What a probe met beside the facts: versions, and rights that are missing.

Source: docs/vendors/curity.md, Admin access, Status endpoint; docs/vendors/konnect.md, Roles; docs/vendors/vault.md, Policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import httpx

from dcr.curity.admin.answers import bare
from dcr.curity.admin.refusals import RIGHTS
from dcr.errors import DcrError
from dcr.http.recorded_exchanges import Exchange
from dcr.konnect.roles import role_needed
from dcr.probe.asking import Asking, object_in
from dcr.steps.preflight.vault_access import VaultAccess

PRODUCT_HEADERS = ("server", "via")
CURITY_PARTS = ("base:environments/environment/services", "base:facilities/data-sources", "base:facilities/crypto")
KONNECT_LISTS = ("/v2/dcr-providers", "/v2/application-auth-strategies", "/v3/portals", "/v3/apis", "/v3/api-implementations")
NOT_READY = "It is starting, without a licence, or out of order: probe again later."
DENIED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


def versions(asking: Asking, exchanges: Iterable[Exchange]) -> dict[str, str]:
    """What each system tells of itself; what it does not tell is left out."""
    told = {"vault": _vault(asking), "curity YANG modules": _modules(asking), "curity node": _node(asking)}
    for exchange in exchanges:
        for name, value in exchange.headers:
            if name in PRODUCT_HEADERS:
                told.setdefault(f"{exchange.system} {name}", value)
    return {name: value for name, value in told.items() if value}


def _vault(asking: Asking) -> str:
    try:
        return asking.ctx.unguarded.vault.version()
    except DcrError:
        return ""


def _modules(asking: Asking) -> str:
    state = bare(object_in(asking.curity("ietf-yang-library:modules-state"))).get("modules-state", {})
    modules = state.get("module", []) if isinstance(state, dict) else []
    return ", ".join(f"{module.get('name')}@{module.get('revision')}" for module in modules if isinstance(module, dict))


def _node(asking: Asking) -> str:
    found = object_in(asking.status()) if asking.status_url else {}
    return ", ".join(f"{name} {found[name]}" for name in ("version", "nodeState", "isServing") if name in found)


def missing(asking: Asking) -> tuple[str, ...]:
    """Rights that a preparation of the platform would lack, as far as reading shows, and systems that gave no answer."""
    found = (*_of_vault(asking), *_of_curity(asking), *_of_konnect(asking))
    return (*found, *asking.silent.values())


def _of_vault(asking: Asking) -> Iterator[str]:
    try:
        outcome = VaultAccess().prove(replace(asking.ctx, tenant=None), "")
    except DcrError as error:
        yield str(error)
        return
    yield from map(str, outcome.problems)
    yield from outcome.warnings


def _of_curity(asking: Asking) -> Iterator[str]:
    for path, answer in (("the profile", asking.of_profile()), *((path, asking.curity(path, depth="2")) for path in CURITY_PARTS)):
        if answer is not None and _refused(answer):
            yield f"curity: GET {path} -> {answer.status_code}. {RIGHTS if answer.status_code in DENIED else NOT_READY}"


def _of_konnect(asking: Asking) -> Iterator[str]:
    for path in KONNECT_LISTS:
        answer = asking.konnect(path)
        if answer is not None and _refused(answer):
            right = f"The credentials lack a right: {role_needed(answer.request)}."
            yield f"konnect: GET {path} -> {answer.status_code}. {right if answer.status_code in DENIED else NOT_READY}"


def _refused(answer: httpx.Response) -> bool:
    return answer.is_error and answer.status_code != httpx.codes.NOT_FOUND
