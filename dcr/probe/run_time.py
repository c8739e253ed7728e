"""Open facts of Curity's run time and of the gateway that reading tells; two of them by what Vault keeps of an earlier registration.

Source: docs/vendors/curity.md, Status endpoint, Metadata, Registration; docs/vendors/konnect.md, Gateway answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import httpx

from dcr.errors import DcrError
from dcr.http.recorded_exchanges import challenge_shape
from dcr.probe.asking import Asking, object_in
from dcr.probe.display import Told
from dcr.vault import paths
from dcr.vault.client import VaultSecret

DOCUMENTED_EXTRAS = ("request_parameter_supported", "claims_parameter_supported", "authorization_response_iss_parameter_supported")
NO_CLIENT = Told(None, "Vault keeps no client that this tool registered (way import)")


def metadata_extras(asking: Asking) -> Told:
    """Members of the documented example."""
    metadata = asking.metadata()
    if not metadata:
        return Told(None, "the metadata cannot be read")
    found = [name for name in DOCUMENTED_EXTRAS if name in metadata]
    return Told("documented" if found else "none", f"of the documented example's flags the metadata has {', '.join(found) or 'none'}")


def www_authenticate_bearer(asking: Asking) -> Told:
    """The userinfo endpoint, read with a token that nobody issued."""
    endpoint = asking.metadata().get("userinfo_endpoint")
    answer = asking.run_time(endpoint, as_nobody=True) if isinstance(endpoint, str) else None
    if answer is None or answer.status_code not in (401, 403):
        return Told(None, "there is no userinfo endpoint that refuses a wrong token")
    shown = challenge_shape(answer.headers.get("www-authenticate", ""))
    reading = {"": "absent", "Bearer": "bare"}.get(shown, "full" if shown.startswith("Bearer ") else None)
    return Told(reading, f"userinfo with a wrong token -> {answer.status_code}, challenge {shown or '(none)'}")


def status_transaction_id(asking: Asking) -> Told:
    """The status endpoint has an address of its own."""
    if not asking.status_url:
        return Told(None, "name a node's status endpoint with --status-url (port 4465)")
    found = object_in(asking.status())
    if not found:
        return Told(None, "the status endpoint did not answer with JSON")
    there = "transactionId" in found
    return Told("present" if there else "absent", f"the status endpoint's answer has {'a' if there else 'no'} transactionId")


def registration_client_uri(asking: Asking) -> Told:
    """Of a client that was registered earlier."""
    for record in _imported(asking):
        uri, client_id = (record.values[name].get_secret_value() for name in ("registration_client_uri", "client_id"))
        url = httpx.URL(uri)
        if url.path.rstrip("/").endswith(client_id):
            return Told("path", "a stored registration_client_uri ends with the client id")
        if client_id in url.params.values():
            return Told("query", "a stored registration_client_uri has the client id as query parameter")
    return NO_CLIENT


def client_secret_form(asking: Asking) -> Told:
    """Of a client that was registered earlier."""
    for record in _imported(asking):
        secret = record.values["client_secret"].get_secret_value() if "client_secret" in record.values else ""
        if re.fullmatch(r"[0-9a-f]{64}", secret):
            return Told("hexadecimal", "a stored client secret has 64 hexadecimal digits")
        if re.fullmatch(r"[A-Za-z0-9_-]{43}", secret):
            return Told("base64url", "a stored client secret has 43 characters of base64url")
    return NO_CLIENT


def gateway_www_authenticate(asking: Asking) -> Told:
    """The challenge of a route that wants credentials."""
    if not asking.route:
        return Told(None, "no tenant was onboarded yet; name a route with --route")
    answer = asking.gateway()
    if answer is None or answer.status_code != httpx.codes.UNAUTHORIZED:
        return Told(None, f"GET {asking.route} without credentials did not answer 401")
    scheme = answer.headers.get("www-authenticate", "").partition(" ")[0].lower()
    known = {"": "none", "bearer": "bearer", "basic": "basic"}
    return Told(known.get(scheme), f"GET {asking.route} without credentials -> 401, challenge {scheme or '(none)'}")


def _imported(asking: Asking) -> Iterator[VaultSecret]:
    vault = asking.ctx.unguarded.vault
    try:
        for tenant in vault.list(paths.TENANTS):
            for name in vault.list(paths.applications(tenant.rstrip("/"))):
                record = vault.read(paths.application(tenant.rstrip("/"), name))
                if record and {"registration_client_uri", "client_id"} <= set(record.values):
                    yield record
    except DcrError as error:
        asking.silent.setdefault("vault", str(error))


TELLS: Mapping[str, Callable[[Asking], Told]] = {
    "curity.metadata-extras": metadata_extras,
    "curity.www-authenticate-bearer": www_authenticate_bearer,
    "curity.status-transaction-id": status_transaction_id,
    "curity.registration-client-uri": registration_client_uri,
    "curity.client-secret-form": client_secret_form,
    "gateway.www-authenticate": gateway_www_authenticate,
}
