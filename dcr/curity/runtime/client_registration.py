"""Dynamic client registration by ourselves: RFC 7591 to register, RFC 7592 to remove.

Never read a client's `registration_client_uri`: Curity rotates secret and token on GET
(docs/vendors/curity.md, Client management). There is no method for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dcr.errors import DcrError, Missing, Passing, Refused, Unknown
from dcr.http.retry_after import retry_after
from dcr.http.sender import GuardedClient, Sender, evidence_of
from dcr.results.evidence import Evidence
from dcr.secret import Secret


@dataclass(frozen=True, slots=True)
class ClientSpec:
    """What we ask for."""

    client_name: str
    redirect_uris: tuple[str, ...]
    grant_types: tuple[str, ...] = ("client_credentials",)
    token_endpoint_auth_method: str = "client_secret_basic"  # noqa: S105 - a method's name
    marks: Mapping[str, str] = field(default_factory=dict)  # members of our own, by which the client can be told to be ours

    def document(self) -> dict[str, object]:
        """As RFC 7591 section 2 writes it. A server that does not know a member ignores it; Curity keeps it as a property.

        Source: docs/vendors/curity.md, Registration, Adoption.
        """
        return {
            **self.marks,
            "client_name": self.client_name,
            "redirect_uris": list(self.redirect_uris),
            "grant_types": list(self.grant_types),
            "token_endpoint_auth_method": self.token_endpoint_auth_method,
        }


class RegisteredClient(BaseModel):
    """What came back; servers add fields of their own."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    client_id: str = Field(min_length=1, max_length=255)
    client_secret: Secret | None = None
    client_secret_expires_at: int = 0  # 0: it does not
    grant_types: tuple[str, ...] | None = None
    redirect_uris: tuple[str, ...] | None = None
    token_endpoint_auth_method: str | None = None
    scope: str | None = None
    registration_client_uri: str = ""
    registration_access_token: Secret | None = None
    registration_access_token_expires_in: int | None = None  # seconds

    def defects(self, wanted: ClientSpec) -> tuple[str, ...]:
        """Why this client is of no use, in words: Curity drops grant types and overrides methods without an error.

        Source: docs/vendors/curity.md, Registration.

        A member the answer does not repeat is taken as given; a secret is shown here or never.
        """
        given = wanted.grant_types if self.grant_types is None else self.grant_types
        found = [f"grant type {grant} was not given" for grant in wanted.grant_types if grant not in given]
        method = self.token_endpoint_auth_method
        if method is not None and method not in (wanted.token_endpoint_auth_method, "client_secret_post"):
            found.append(f"the client must authenticate by {method}, which is not by its secret")
        elif not self.client_secret:
            found.append("no client secret was given")
        return tuple(found)

    def shortfalls(self, wanted: ClientSpec) -> tuple[str, ...]:
        """What else was asked for and not given; the client works without it."""
        given = wanted.redirect_uris if self.redirect_uris is None else self.redirect_uris
        return tuple(f"redirect URI {uri} was not given" for uri in wanted.redirect_uris if uri not in given)


class ClientRegistration(GuardedClient):
    """The registration endpoint of one authorization server."""

    def __init__(self, client: httpx.Client, allowed_hosts: tuple[str, ...]) -> None:
        self.sender = Sender("registration", client, judge, allowed_hosts)

    def register(self, endpoint: str, token: Secret, wanted: ClientSpec) -> RegisteredClient:
        """Register a client.

        Args:
            endpoint: `registration_endpoint` of the metadata, never a built one.
            token: a token with scope `dcr`; it is used up by this call.

        Raises:
            Unknown: a client may exist now, under this name, whose secret nobody knows.
            Misregistered: a client exists now that cannot be used.
            Refused: says which member of the request is at fault; there is no client.

        Source: RFC 7591 section 3; 201, and 200 is taken too.
        """
        response = self.sender.send("POST", endpoint, json=wanted.document(), headers=_bearer(token))
        registered = _registered(response, f"registration: POST {endpoint}")
        if registered.registration_client_uri:
            self._require_allowed(registered)
        return registered

    def _require_allowed(self, registered: RegisteredClient) -> None:
        try:
            self.sender.require_allowed(registered.registration_client_uri)
        except Refused as error:
            said = f"registered client {registered.client_id}, but its registration_client_uri cannot be used: {error.problem}"
            raise Misregistered(error.where, said, error.remedy) from None

    def remove(self, client_uri: str, token: Secret) -> Evidence | None:
        """Remove a client; one that is gone already counts as removed (Curity answers 401 then, RFC 7592 section 2.3).

        Returns:
            the call that removed it; None: it was gone.

        Raises:
            Unknown: the answer was lost; repeating it is safe.
        """
        try:
            return evidence_of(self.sender.send("DELETE", client_uri, headers=_bearer(token)))
        except (Missing, RegistrationTokenDead):
            return None


class Misregistered(Refused):
    """The registration succeeded, and what came of it cannot be used: a client is left behind."""


class RegistrationTokenDead(Refused):
    """The token is used, expired or its client is gone (401)."""


def _registered(response: httpx.Response, where: str) -> RegisteredClient:
    try:
        return RegisteredClient.model_validate(response.json())
    except ValidationError:
        remedy = "Check what answers at this address; a client may be left behind under this name."
        raise Misregistered(where, f"answered {response.status_code} without a client as RFC 7591 describes it", remedy) from None
    except ValueError:
        raise Unknown(where, f"answered {response.status_code} with something that is not JSON", "A client may be left behind.") from None


def _bearer(token: Secret) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.get_secret_value()}"}


def judge(response: httpx.Response) -> DcrError | None:
    """The registration endpoint's table: RFC 7591 section 3.2.2, RFC 7592, RFC 6750 section 3.1."""
    if response.is_success:
        return None
    where = f"registration: {response.request.method} {response.request.url.copy_with(query=None)}"
    status = response.status_code
    if status in (429, 503):
        passing = Passing(where, f"answered {status}", "It is tried again.")
        passing.retry_after = retry_after(response.headers)
        return passing
    # 409: names may be there twice, so it is no refusal of the endpoint's: whoever stands before it may have sent the call twice.
    # 501: not implemented, so not applied.
    if status in (408, 409) or (status >= 500 and status != 501):
        return Unknown(where, f"answered {status}", "It may have been carried out; what nobody heard of is named as a possible orphan.")
    if status == httpx.codes.UNAUTHORIZED:
        return RegistrationTokenDead(where, "refused the token", "It is used up, expired, or its client is gone.")
    if status == httpx.codes.NOT_FOUND:
        return Missing(where, "is not there", "Is the endpoint deployed on a service role, and is the address the metadata's?")
    return Refused(
        where, f"answered {status}{_words(response)}", "Fix what it names in the application, or the DCR settings of the profile."
    )


def _words(response: httpx.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return ""
    members = [body.get("error"), body.get("error_description")] if isinstance(body, dict) else []
    said = ": ".join(member for member in members if isinstance(member, str))
    return f" ({said[:300]})" if said else ""
