"""What all handlers of the organisation share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.konnect import answers
from sandbox.konnect.catalogue_answers import listed_publication
from sandbox.konnect.identity_provider import IdentityProvider
from sandbox.konnect.knobs import KonnectKnobs, changed
from sandbox.konnect.more_routes import replace_more_routes
from sandbox.konnect.state import Application, ControlPlane, Labels, Organization, Provider, Publication, Registration, Strategy

LAG_REQUESTS = 2  # how many requests on a new object its creator's rights still lag, under that reading
LATENCY_REQUESTS = 2  # how many requests the gateway needs to hear of an application or an approval, under that reading


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
        before, self.knobs = self.knobs, changed(self.knobs, values)
        if self.knobs.more_routes != before.more_routes:
            replace_more_routes(self.org, self.knobs.more_routes)
            self.push_configuration()
        self.org.plugin_installed = not self.knobs.sync_error

    def snapshot(self) -> Mapping[str, Any]:
        """What the organisation holds, without secrets."""
        with self.org.lock:
            return {
                "dcr_providers": [answers.provider(self.org, one) for one in self.org.all(Provider)],
                "auth_strategies": [answers.strategy(self.org, one) for one in self.org.all(Strategy)],
                "publications": [listed_publication(one) for one in self.org.all(Publication)],
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

    def kept_labels(self, labels: Mapping[str, str | None] | None) -> Labels:
        """What is kept of the labels that were sent."""
        if self.knobs.forgets_labels or labels is None:
            return {}
        order = sorted(labels) if self.readings["konnect.label-order"] == "sorted" else list(labels)
        return {name: value for name in order if (value := labels[name]) is not None}

    def patched_labels(self, before: Labels, change: Mapping[str, str | None] | None) -> Labels:
        """A null removes a label, null for the whole map removes all (docs/vendors/konnect.md, Labels)."""
        return self.kept_labels(None if change is None else {**before, **change})

    def publication(self, api_id: str, portal_id: str) -> Publication | None:
        """How an API is published to a portal, if it is."""
        return next((one for one in self.org.all(Publication) if (one.api_id, one.portal_id) == (api_id, portal_id)), None)

    @property
    def latency(self) -> int:
        """How many requests the gateway needs to hear of something new."""
        late = self.readings["konnect.enforcement-latency"] == "late"
        return max(self.knobs.enforcement_delay_requests, LATENCY_REQUESTS if late else 0)

    def push_application(self, application: Application) -> None:
        """Konnect tells the gateway of an application, now or a little later."""
        application.unknown_for = self.latency
        self._push(changes_hash=self.readings["konnect.config-hash-applications"] == "changes")

    def push_registration(self, registration: Registration, before: str = "") -> None:
        """Konnect tells the gateway of a registration's status, now or a little later; `before` is what it went by."""
        registration.enforced, registration.late_for = before, self.latency
        if registration.status == "approved":
            self.org.once_approved.add((registration.application_id, registration.api_id))
        self._push(changes_hash=self.readings["konnect.config-hash-applications"] == "changes")

    def delete_registration(self, registration: Registration) -> None:
        """Delete one that was asked for by id, unless the knob says that this is only said."""
        if not self.knobs.keeps_deleted:
            self.forget_registration(registration)

    def forget_registration(self, registration: Registration) -> None:
        """It is gone; the gateway hears of it now or a little later (docs/vendors/konnect.md, Admin registrations)."""
        if registration.status == "approved" and self.latency:
            self.org.lingering[registration.application_id, registration.api_id] = self.latency
        self.org.drop(registration)
        self._push(changes_hash=self.readings["konnect.config-hash-applications"] == "changes")

    def forget_application(self, application: Application) -> None:
        """It is gone; the gateway hears of it now or a little later."""
        application.known_for = self.latency
        if application.known_for and application not in self.org.leaving:
            self.org.leaving.append(application)
        self.org.drop(application)

    def push_configuration(self) -> None:
        """The gateway's services get or lose their auth plugin."""
        self._push(changes_hash=True)

    def _push(self, *, changes_hash: bool) -> None:
        for plane in self.org.all(ControlPlane):
            plane.revision += changes_hash
