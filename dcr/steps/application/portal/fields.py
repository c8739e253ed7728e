"""An application in the portal: its fields, and how they and its credentials differ from what the tenant asks for.

Source: docs/vendors/konnect.md, Portal applications; docs/vendors/how-to.md, Application.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from dcr.model.tenant import ApplicationSpec
from dcr.portal.applications import PortalApplication
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.fields import Field, Fields, Place
from dcr.steps.application.record import CREDENTIALS, ApplicationRecord

NOT_OURS = "the application was not made by this tool: whoever uses its present secret is locked out"
NO_TEAM = "(the developer's own)"
STRATEGY = "auth_strategy_id"


class Credentialing(Enum):
    """How working credentials come about."""

    KEEP = auto()  # those in Vault work
    CREATE = auto()  # with a new application
    REGENERATE = auto()  # a new secret for the same application
    REPLACE = auto()  # delete the application, create it again


@dataclass(frozen=True, slots=True)
class PortalApplicationSpec:
    """What the tenant asks for, with what other steps have found out. A team only if a team shall own it."""

    asked: ApplicationSpec
    auth_strategy_id: str | None  # None: known after other steps have written
    team_id: str | None


@dataclass(frozen=True)
class PortalDiff(Diff[str]):
    """Names of fields in the portal and in Vault's record that differ, and what that means for the credentials."""

    credentialing: Credentialing = Credentialing.KEEP


def _strategy_of(found: PortalApplication) -> str | None:
    return found.auth_strategy.id if found.auth_strategy else None


FIELDS = Fields[PortalApplication, PortalApplicationSpec](
    Field("name", lambda found: found.name, lambda wanted: wanted.asked.name, identity=True),
    Field("redirect_uri", lambda found: found.redirect_uri or "", lambda wanted: wanted.asked.redirect_uri),
    Field(
        STRATEGY,
        _strategy_of,
        lambda wanted: wanted.auth_strategy_id,
        same=lambda found, wanted: found in (None, wanted),  # the portal need not say which one it is
        late=True,
        create_only=True,
    ),
    Field("description", lambda found: found.description or "", lambda wanted: wanted.asked.description, optional=True),
    Field("team_id", lambda found: found.team_id, lambda wanted: wanted.team_id, display=lambda team: team or NO_TEAM, optional=True),
)


def diff_application(
    place: Place,
    where: str,
    found: PortalApplication | None,
    wanted: PortalApplicationSpec,
    record: ApplicationRecord,
    details: tuple[Difference[str], ...],
    *,
    foreign: str = "",
) -> PortalDiff:
    """Compare.

    Args:
        where: Vault's record, as vault://mount/path.
        record: it decides whether anybody still has the application's secret.
        details: what else of the record differs.
        foreign: why the application may be somebody else's: it only has owner, name and strategy in common. Empty: it is ours.
    """
    if found is None:
        new = FIELDS.diff(place, None, wanted).differences
        return PortalDiff((*new, _stored(where, record, "")), credentialing=Credentialing.CREATE)
    if _other_strategy(found, wanted):
        return PortalDiff((_strategy_change(place, found, wanted), _stored(where, record, "")), credentialing=Credentialing.REPLACE)
    fields = FIELDS.diff(place, found, wanted).differences
    if foreign or not record.works_for(found.client_id):
        return PortalDiff((*fields, _stored(where, record, foreign)), credentialing=Credentialing.REGENERATE)
    return PortalDiff((*fields, *details))


def _other_strategy(found: PortalApplication, wanted: PortalApplicationSpec) -> bool:
    return found.auth_strategy is not None and found.auth_strategy.id != wanted.auth_strategy_id


def _strategy_change(place: Place, found: PortalApplication, wanted: PortalApplicationSpec) -> Difference[str]:
    differing = next(one for one in FIELDS.diff(place, found, wanted).differences if one.write == STRATEGY)
    fixed = "an application's strategy cannot be changed: it would be deleted and created again, with another client id and secret"
    return replace(differing, change=replace(differing.change, conflict=fixed if wanted.auth_strategy_id else ""))


def _stored(where: str, record: ApplicationRecord, conflict: str) -> Difference[str]:
    before = None
    if record.pending:
        before = "reserved, without a secret"
    elif record.exists:
        before = f"credentials of client {record.text('client_id') or '(none)'}"
    return Difference(Change(Stage.APPLICATION, Scope.TENANT, where, before, "client id and a new secret", conflict), CREDENTIALS)
