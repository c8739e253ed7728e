"""An imported application in Konnect: its fields, and how they, its client and its record differ from what the tenant asks for.

Source: docs/vendors/konnect.md, Admin applications.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from dcr.konnect.applications import KonnectApplication
from dcr.model.tenant import ApplicationSpec
from dcr.results.changes import KNOWN_AFTER_APPLY, Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.fields import Field, Fields, Place, same_text
from dcr.steps.application.record import ApplicationRecord

OWNER, STRATEGY = "owner", "auth_strategy_id"


class Adoption(Enum):
    """How Konnect comes to know the client."""

    KEEP = auto()  # it does
    CREATE = auto()  # a new application
    RECREATE = auto()  # delete the application, create it again for the same client


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """What the tenant asks for, with what other steps have found out. None: known after other steps have written."""

    asked: ApplicationSpec
    owner_type: str
    owner_id: str | None
    auth_strategy_id: str | None
    client_id: str | None = None

    @property
    def owner(self) -> dict[str, str] | None:
        """As Konnect writes it."""
        return {"type": self.owner_type, "id": self.owner_id} if self.owner_id else None

    def owns(self, found: KonnectApplication) -> bool:
        """Whether the application is the wanted owner's; one that does not say whose it is counts as that."""
        return found.owner is None or found.owner.model_dump() == self.owner


@dataclass(frozen=True)
class ImportDiff(Diff[str]):
    """Names of fields in Konnect and in Vault's record that differ, and what that means for the client."""

    register: bool = False  # a client, by Dynamic Client Registration
    adoption: Adoption = Adoption.KEEP


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of an imported application are, as a plan names them."""

    curity: str  # curity/clients/<name>
    konnect: Place
    vault: str  # vault://mount/path


def _owner_of(found: KonnectApplication) -> dict[str, str] | None:
    return found.owner.model_dump() if found.owner else None


def _display_owner(owner: dict[str, str] | None) -> str | None:
    return f"{owner['type']} {owner['id']}" if owner else None


def _same_if_shown(found: object, wanted: object) -> bool:
    """Konnect need not show it."""
    return found is None or found == wanted


FIELDS = Fields[KonnectApplication, ImportSpec](
    Field("name", lambda found: found.name, lambda wanted: wanted.asked.name, identity=True, fixed=True),
    Field("dcr_client_id", lambda found: found.client_id, lambda wanted: wanted.client_id, late=True, create_only=True),
    Field(OWNER, _owner_of, lambda wanted: wanted.owner, same=_same_if_shown, display=_display_owner, late=True),
    Field(
        STRATEGY,
        lambda found: found.auth_strategy.id if found.auth_strategy else None,
        lambda wanted: wanted.auth_strategy_id,
        same=_same_if_shown,
        late=True,
        create_only=True,
    ),
    Field(
        "description", lambda found: found.description, lambda wanted: wanted.asked.description, same=same_text, optional=True, fixed=True
    ),
)


def diff_registration(places: Places, wanted: ImportSpec, record: ApplicationRecord) -> ImportDiff:
    """Another client, and with it another application: a new client id always means a new application."""
    before = f"credentials of client {record.text('client_id')}" if record.text("client_id") else None
    after = "client id, a new secret, and the token that manages its registration"
    registered = f"registered by us, for client_credentials, with {wanted.asked.redirect_uri}"
    client = Change(Stage.APPLICATION, Scope.TENANT, places.curity, None, registered)
    stored = Change(Stage.APPLICATION, Scope.TENANT, places.vault, before or ("reserved" if record.pending else None), after)
    new = FIELDS.diff(places.konnect, None, wanted).differences
    return ImportDiff((Difference(client, "client"), Difference(stored, "record"), *new), register=True, adoption=Adoption.CREATE)


def diff_adoption(
    places: Places, found: KonnectApplication | None, wanted: ImportSpec, record: ApplicationRecord, details: tuple[Difference[str], ...]
) -> ImportDiff:
    """Compare the application of a client that is there.

    Args:
        found: the application whose id Vault keeps, else one with this client.
        details: what else of the record differs.
    """
    in_vault = (*_application_id(places.vault, found, record), *details)
    if found is None:
        new = FIELDS.diff(places.konnect, None, wanted).differences
        return ImportDiff((*new, *in_vault), adoption=Adoption.CREATE)
    fields = {one.write: one for one in FIELDS.diff(places.konnect, found, wanted).differences}
    if STRATEGY in fields:
        fixed = "an application's strategy cannot be changed: it would be deleted and created again for the same client"
        strategy = _conflicting(fields[STRATEGY], fixed if wanted.auth_strategy_id else "")
        return ImportDiff((strategy, *in_vault), adoption=Adoption.RECREATE)
    theirs = f"another owner's application {found.name} ({found.id}) has this client: it would be taken over"
    conflict = "" if found.id == record.application_id else theirs
    owner = (_conflicting(fields[OWNER], conflict),) if OWNER in fields else ()
    return ImportDiff((*owner, *in_vault), warnings=_fixed(places, found, wanted, record))


def _conflicting(one: Difference[str], conflict: str) -> Difference[str]:
    return Difference(replace(one.change, conflict=conflict), one.write)


def _fixed(places: Places, found: KonnectApplication, wanted: ImportSpec, record: ApplicationRecord) -> tuple[str, ...]:
    """What differs and cannot be changed: an admin changes nothing but the owner, and a client's registration is replaced, not edited."""
    differ = [*FIELDS.fixed_differences(places.konnect, found, wanted)]
    differ += ["redirect_uri"] if record.text("redirect_uri") != wanted.asked.redirect_uri else []
    if not differ:
        return ()
    said = f"{' and '.join(differ)} differ from what the tenant asks for and cannot be changed in place: replacement needed"
    return (f"{places.konnect.path}: {said} (dcr onboard --replace {wanted.asked.name}).",)


def _application_id(where: str, found: KonnectApplication | None, record: ApplicationRecord) -> tuple[Difference[str], ...]:
    if found is not None and found.id == record.application_id:
        return ()
    after = found.id if found else KNOWN_AFTER_APPLY
    change = Change(Stage.APPLICATION, Scope.TENANT, f"{where}/application_id", record.application_id or None, after)
    return (Difference(change, "application_id"),)
