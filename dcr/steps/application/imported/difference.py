"""An imported application as it is in Vault and Konnect, against what its tenant asks for. Data in, data out: nothing here can write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from dcr.konnect.applications import KonnectApplication, KonnectApplicationSpec
from dcr.konnect.difference import Leaf, differing
from dcr.results.changes import Change, Scope, Stage
from dcr.steps.application.record import ApplicationRecord


class Adoption(Enum):
    """How Konnect comes to know the client."""

    KEEP = auto()  # it does
    CREATE = auto()  # a new application
    RECREATE = auto()  # delete the application, create it again for the same client


@dataclass(frozen=True, slots=True)
class Places:
    """Where its parts are, as a plan names them."""

    curity: str  # curity/clients/<name>
    konnect: str  # konnect/portals/<portal>/applications/<name>
    vault: str  # vault://mount/path


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be done, and how it reads in a plan."""

    register: bool  # a client, by Dynamic Client Registration
    adoption: Adoption
    change_owner: bool
    refresh: bool  # what Vault says beside the credentials
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()


def diff_registration_due(places: Places, wanted: KonnectApplicationSpec, redirect_uri: str, record: ApplicationRecord) -> Difference:
    """Another client, and with it another application: a new client id always means a new application."""
    before = f"credentials of client {record.text('client_id')}" if record.text("client_id") else None
    after = "client id, a new secret, and the token that manages its registration"
    client = Change(Stage.APPLICATION, Scope.TENANT, places.curity, None, f"registered by us, for client_credentials, with {redirect_uri}")
    stored = Change(Stage.APPLICATION, Scope.TENANT, places.vault, before or ("reserved" if record.pending else None), after)
    return Difference(True, Adoption.CREATE, False, False, (client, stored, *_application(places, _new(wanted, None))))


def diff_import(
    places: Places,
    found: KonnectApplication | None,
    wanted: KonnectApplicationSpec,
    redirect_uri: str,
    record: ApplicationRecord,
    surroundings: Mapping[str, str],
) -> Difference:
    """Compare the application of a client that is there.

    Args:
        found: the application whose id Vault keeps, else one with this client.
        surroundings: what the record shall say beside the credentials, as far as it is known.
    """
    client_id = record.text("client_id")
    in_vault = differing(Stage.APPLICATION, Scope.TENANT, places.vault, _vault_leaves(found, record, surroundings))
    if found is None:
        changes = (*_application(places, _new(wanted, client_id)), *in_vault)
        return Difference(False, Adoption.CREATE, False, True, changes)
    if found.auth_strategy is not None and found.auth_strategy.id != wanted.auth_strategy_id:
        fixed = "an application's strategy cannot be changed: it would be deleted and created again for the same client"
        leaf = Leaf("auth_strategy_id", found.auth_strategy.id, wanted.auth_strategy_id)
        changes = (*_application(places, [leaf], fixed if wanted.auth_strategy_id else ""), *in_vault)
        return Difference(False, Adoption.RECREATE, False, True, changes)
    owner = _owner_change(places, found, wanted, record)
    fixed_ones = _fixed(places, found, wanted, redirect_uri, record)
    return Difference(False, Adoption.KEEP, bool(owner), bool(in_vault), owner + in_vault, fixed_ones)


def _owner_change(
    places: Places, found: KonnectApplication, wanted: KonnectApplicationSpec, record: ApplicationRecord
) -> tuple[Change, ...]:
    if wanted.owns(found):
        return ()
    ours = found.id == record.application_id
    conflict = "" if ours else f"another owner's application {found.name} ({found.id}) has this client: it would be taken over"
    before = _owner(found.owner.type, found.owner.id) if found.owner else None
    return _application(places, [Leaf("owner", before, _owner(wanted.owner_type, wanted.owner_id))], conflict)


def _fixed(
    places: Places, found: KonnectApplication, wanted: KonnectApplicationSpec, redirect_uri: str, record: ApplicationRecord
) -> tuple[str, ...]:
    """What differs and cannot be changed: an admin changes nothing but the owner, and a client's registration is replaced, not edited."""
    fields = (
        ("name", found.name, wanted.name),
        ("description", found.description or "", wanted.description),
        ("redirect_uri", record.text("redirect_uri"), redirect_uri),
    )
    differ = [name for name, before, after in fields if before != after]
    if not differ:
        return ()
    said = f"{' and '.join(differ)} differ from what the tenant asks for and cannot be changed in place: replacement needed"
    return (f"{places.konnect}: {said} (dcr onboard --replace {wanted.name}).",)


def _application(places: Places, leaves: list[Leaf], conflict: str = "") -> tuple[Change, ...]:
    return differing(Stage.APPLICATION, Scope.TENANT, places.konnect, leaves, conflict=conflict)


def _new(wanted: KonnectApplicationSpec, client_id: str | None) -> list[Leaf]:
    leaves = [
        Leaf("dcr_client_id", None, client_id),
        Leaf("owner", None, _owner(wanted.owner_type, wanted.owner_id)),
        Leaf("auth_strategy_id", None, wanted.auth_strategy_id),
    ]
    return leaves + ([Leaf("description", None, wanted.description)] if wanted.description else [])


def _owner(owner_type: str, owner_id: str | None) -> str | None:
    return f"{owner_type} {owner_id}" if owner_id else None


def _vault_leaves(found: KonnectApplication | None, record: ApplicationRecord, surroundings: Mapping[str, str]) -> list[Leaf]:
    leaves = [Leaf(name, record.text(name) or None, value) for name, value in surroundings.items()]
    if found is None or found.id != record.application_id:
        leaves.insert(0, Leaf("application_id", record.application_id or None, found.id if found else None))
    return leaves
