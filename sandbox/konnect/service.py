"""What all handlers of the organisation share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.konnect import answers
from sandbox.konnect.identity_provider import IdentityProvider
from sandbox.konnect.knobs import KonnectKnobs, changed
from sandbox.konnect.state import Api, Application, Organization, Portal, Provider, Publication, Registration, Strategy

LAG_REQUESTS = 2  # how many requests on a new object its creator's rights still lag, under that reading
LATENCY_REQUESTS = 2  # how many requests the gateway needs to hear of an approval, under that reading


@dataclass(slots=True)
class KonnectService:
    """The organisation, what it asks others, and how it misbehaves."""

    org: Organization
    readings: Mapping[str, str]
    http: httpx.Client
    knobs: KonnectKnobs

    def reset(self) -> None:
        """Back to the initial world, no knob set."""
        self.knobs = KonnectKnobs()
        self.org.reset()

    def knob_values(self) -> Mapping[str, Any]:
        """All knobs with their values."""
        return self.knobs.model_dump()

    def set_knobs(self, values: Mapping[str, Any]) -> None:
        """Change the knobs that are named; raises ValueError and changes nothing if one is unknown or wrong."""
        self.knobs = changed(self.knobs, values)

    def snapshot(self) -> Mapping[str, Any]:
        """What the organisation holds, without secrets."""
        with self.org.lock:
            return {
                "dcr_providers": [answers.provider(self.org, one) for one in self.org.all(Provider)],
                "auth_strategies": [answers.strategy(self.org, one) for one in self.org.all(Strategy)],
                "publications": [answers.listed_publication(one) for one in self.org.all(Publication)],
                "applications": [answers.application(self.org, one) for one in self.org.all(Application)],
                "registrations": [answers.registration(self.org, one) for one in self.org.all(Registration)],
            }

    @property
    def idp(self) -> IdentityProvider:
        """Curity, as providers name it."""
        return IdentityProvider(self.http, self.readings)

    def remember_new(self, thing_id: str) -> None:
        """The creator's rights on it may lag."""
        if self.readings["konnect.permission-lag"] == "some":
            self.org.fresh[thing_id] = LAG_REQUESTS

    def kept_labels(self, labels: Mapping[str, str | None] | None) -> dict[str, str]:
        """What is kept of the labels that were sent."""
        if self.knobs.forgets_labels or labels is None:
            return {}
        return {name: value for name, value in labels.items() if value is not None}

    def patched_labels(self, before: dict[str, str], change: Mapping[str, str | None] | None) -> dict[str, str]:
        """A null removes a label, null for the whole map removes all (reference/konnect.md section 1)."""
        if change is None or self.knobs.forgets_labels:
            return {}
        merged: dict[str, str | None] = {**before, **change}
        return {name: value for name, value in merged.items() if value is not None}

    def strategy_of(self, publication: Publication | None) -> Strategy | None:
        """The strategy that a publication asks for."""
        if publication is None or not publication.strategy_ids:
            return None
        return self.org.find(Strategy, publication.strategy_ids[0])

    def publication(self, api_id: str, portal_id: str) -> Publication | None:
        """How an API is published to a portal, if it is."""
        return next((one for one in self.org.all(Publication) if (one.api_id, one.portal_id) == (api_id, portal_id)), None)

    def registered(self, application: Application, api: Api, status: str | None) -> Registration:
        """A new registration; who approves it stands in publication and portal."""
        portal, publication = self.org.get(Portal, application.portal_id), self.publication(api.id, application.portal_id)
        automatic = portal.auto_approve_applications or bool(publication and publication.auto_approve)
        registration = Registration(
            self.org.new_id(), portal_id=portal.id, application_id=application.id, api_id=api.id, status=status or "pending"
        )
        if automatic:
            registration.status = "approved"
        self.pushed(registration)
        return self.org.add(registration)

    def pushed(self, registration: Registration) -> None:
        """Konnect tells the gateway of it, now or a little later."""
        late = self.readings["konnect.enforcement-latency"] == "late"
        registration.enforced_after = LATENCY_REQUESTS if late else 0
