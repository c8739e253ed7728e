"""How a probe asks: GET, every status is an answer, each address once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from dcr.curity.admin.answers import bare
from dcr.curity.admin.client import JSON
from dcr.curity.admin.issuer import issuer_of
from dcr.curity.admin.nodes import PROFILE_TYPE
from dcr.curity.admin.state import CurityState
from dcr.errors import DcrError
from dcr.http.sender import Sender
from dcr.model.names import segment
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.settings import state_if_readable

NOBODYS_TOKEN = "Bearer probe-of-nobody"  # noqa: S105 - it is meant to be refused


@dataclass(slots=True)
class Asking:
    """One probe's questions. Not for several threads."""

    ctx: StepContext
    status_url: str = ""
    route: str = ""
    _answers: dict[tuple[str, str], httpx.Response | None] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)  # system -> why it could not be asked

    def curity(self, path: str, **params: str) -> httpx.Response | None:
        """A resource below the datastore."""
        headers = {"Accept": JSON}
        return self._get("curity", self.ctx.unguarded.curity.sender, f"/data/{path}", headers=headers, params=params)

    def of_profile(self, path: str = "") -> httpx.Response | None:
        """A resource of the platform's profile."""
        profile = segment(self.ctx.platform.curity.profile)
        return self.curity(f"base:profiles/profile={profile},{PROFILE_TYPE}{'/' if path else ''}{path}", content="config")

    def of_server(self, path: str) -> httpx.Response | None:
        """A resource of the profile's authorization server."""
        return self.of_profile(f"settings/profile-oauth:authorization-server/{path}")

    def profile(self) -> dict[str, Any]:
        """The profile's whole JSON, prefixes cut off; empty if it cannot be had."""
        entries = bare(_object(self.of_profile())).get("profile", {})
        first = entries[0] if isinstance(entries, list) and entries else entries
        return first if isinstance(first, dict) else {}

    def run_time(self, url: str, *, as_nobody: bool = False) -> httpx.Response | None:
        """An address of the issuer's, perhaps with a token that nobody has issued."""
        headers = {"Accept": "application/json", "Cache-Control": "no-cache"} | ({"Authorization": NOBODYS_TOKEN} if as_nobody else {})
        return self._get("oauth", self.ctx.unguarded.oauth.sender, url, headers=headers)

    def metadata(self) -> dict[str, Any]:
        """The issuer's document; empty if it cannot be had."""
        state = state_if_readable(self.ctx)
        issuer = issuer_of(state if isinstance(state, CurityState) else CurityState(None), self.ctx.platform.curity)
        return _object(self.run_time(f"{issuer}/.well-known/openid-configuration")) if isinstance(issuer, str) else {}

    def konnect(self, path: str, *, as_nobody: bool = False, page_size: str = "") -> httpx.Response | None:
        """A resource of the platform API."""
        params = {"page[size]": page_size} if page_size else {}
        nobody: dict[str, Any] = {"auth": None, "headers": {"Authorization": NOBODYS_TOKEN}} if as_nobody else {}
        return self._get("konnect", self.ctx.unguarded.konnect.sender, path, params=params, **nobody)

    def gateway(self) -> httpx.Response | None:
        """The route that was named, without credentials."""
        return self._get("gateway", self.ctx.unguarded.gateway.sender, self.route, headers={"Accept": "application/json"})

    def status(self) -> httpx.Response | None:
        """The status endpoint that was named."""
        return self._get("oauth", self.ctx.unguarded.oauth.sender, self.status_url, headers={"Accept": "application/json"})

    def _get(self, system: str, sender: Sender, path: str, **request: Any) -> httpx.Response | None:
        key = (system, f"{path} {sorted((name, str(value)) for name, value in request.items())}")
        if key not in self._answers:
            try:
                self._answers[key] = sender.unjudged().send("GET", path, **request)
            except DcrError as error:
                self._answers[key] = None
                self.silent.setdefault(system, f"{error.where}: {error.problem}. {error.remedy}")
        return self._answers[key]


def object_in(response: httpx.Response | None) -> dict[str, Any]:
    """The JSON object of a good answer; empty if it is none."""
    return _object(response)


def _object(response: httpx.Response | None) -> dict[str, Any]:
    if response is None or not response.is_success:
        return {}
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
