"""An application as it is in portal and Vault, against what its tenant asks for. Data in, data out: nothing here can write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from dcr.konnect.difference import Leaf, differing, leaf_names
from dcr.portal.applications import PortalApplication, PortalApplicationSpec
from dcr.results.changes import Change, Scope, Stage
from dcr.steps.application.record import ApplicationRecord

NO_TEAM = "(the developer's own)"


class Credentialing(Enum):
    """How working credentials come about."""

    KEEP = auto()  # those in Vault work
    CREATE = auto()  # with a new application
    REGENERATE = auto()  # a new secret for the same application
    REPLACE = auto()  # delete the application, create it again


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be done, and how it reads in a plan."""

    credentialing: Credentialing
    fields: frozenset[str]  # of the application, to be changed in place
    surroundings: bool  # issuer, token endpoint or gateway in Vault differ
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the application is, as a plan names it."""

    portal: str  # konnect/portals/<portal>/applications/<name>
    vault: str  # vault://mount/path


def diff_application(
    places: Places,
    found: PortalApplication | None,
    wanted: PortalApplicationSpec,
    record: ApplicationRecord,
    surroundings: Mapping[str, str],
    *,
    ours: bool,
) -> Difference:
    """Compare.

    Args:
        record: what Vault keeps; it decides whether anybody still has the application's secret.
        surroundings: what the record shall say beside the credentials, as far as it is known.
        ours: this tool made the application; else it only has owner, name and strategy in common.
    """
    if found is None:
        changes = (*_portal_changes(places, _new(wanted)), _vault_change(places, record, ""))
        return Difference(Credentialing.CREATE, frozenset(), False, changes)
    if _other_strategy(found, wanted):
        changes = (*_strategy_change(places, found, wanted), _vault_change(places, record, ""))
        return Difference(Credentialing.REPLACE, frozenset(), False, changes)
    in_portal = _portal_changes(places, _leaves(found, wanted))
    if not ours or not record.works_for(found.client_id):
        conflict = "" if ours else "the application was not made by this tool: whoever uses its present secret is locked out"
        changes = (*in_portal, _vault_change(places, record, conflict))
        return Difference(Credentialing.REGENERATE, leaf_names(in_portal), False, changes)
    in_vault = differing(Stage.APPLICATION, Scope.TENANT, places.vault, _surrounding_leaves(record, surroundings))
    return Difference(Credentialing.KEEP, leaf_names(in_portal), bool(in_vault), in_portal + in_vault)


def _other_strategy(found: PortalApplication, wanted: PortalApplicationSpec) -> bool:
    """Only if the portal says which one it has: it need not."""
    return found.auth_strategy is not None and found.auth_strategy.id != wanted.auth_strategy_id


def _new(wanted: PortalApplicationSpec) -> list[Leaf]:
    leaves = [Leaf("redirect_uri", None, wanted.redirect_uri), Leaf("auth_strategy_id", None, wanted.auth_strategy_id)]
    leaves += [Leaf("description", None, wanted.description)] if wanted.description else []
    return leaves + ([Leaf("team_id", None, wanted.team_id)] if wanted.team_id else [])


def _leaves(found: PortalApplication, wanted: PortalApplicationSpec) -> list[Leaf]:
    return [
        Leaf("name", found.name, wanted.name),
        Leaf("description", found.description or "", wanted.description),
        Leaf("redirect_uri", found.redirect_uri or "", wanted.redirect_uri),
        Leaf("team_id", found.team_id or NO_TEAM, wanted.team_id or NO_TEAM),
    ]


def _portal_changes(places: Places, leaves: list[Leaf]) -> tuple[Change, ...]:
    return differing(Stage.APPLICATION, Scope.TENANT, places.portal, leaves)


def _strategy_change(places: Places, found: PortalApplication, wanted: PortalApplicationSpec) -> tuple[Change, ...]:
    before = found.auth_strategy.id if found.auth_strategy else None
    fixed = "an application's strategy cannot be changed: it would be deleted and created again, with another client id and secret"
    leaf = Leaf("auth_strategy_id", before, wanted.auth_strategy_id)
    return differing(Stage.APPLICATION, Scope.TENANT, places.portal, [leaf], conflict=fixed if wanted.auth_strategy_id else "")


def _vault_change(places: Places, record: ApplicationRecord, conflict: str) -> Change:
    before = None
    if record.pending:
        before = "reserved, without a secret"
    elif record.exists:
        before = f"credentials of client {record.text('client_id') or '(none)'}"
    return Change(Stage.APPLICATION, Scope.TENANT, places.vault, before, "client id and a new secret", conflict)


def _surrounding_leaves(record: ApplicationRecord, surroundings: Mapping[str, str]) -> list[Leaf]:
    return [Leaf(name, record.text(name) or None, value) for name, value in surroundings.items()]
