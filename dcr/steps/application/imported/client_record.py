"""What Vault keeps of a client that we registered ourselves, from state to state: pending, registered, active. Pure: values in, values out.

Source: docs/vendors/vault.md, Order of operations; docs/vendors/curity.md, Client management (life of the registration token).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dcr.curity.runtime.client_registration import ClientSpec, RegisteredClient
from dcr.model.tenant import ApplicationSpec
from dcr.model.timestamps import rfc3339
from dcr.results.report import Orphan
from dcr.secret import Secret
from dcr.steps.application.record import ACTIVE, PENDING, UUID, ApplicationRecord, for_the_record, write
from dcr.steps.context import StepContext

REGISTERED = "registered"
WRITE_DAYS = 28  # a registration token reads and updates for so long; after that it only removes
REPLACED = "replaced_"
IDENTITY = ("client_id", "application_id", "registration_client_uri", "registration_access_token", "registration_expires_at")
POSSIBLE_ORPHANS = "possible_orphans"

Values = dict[str, str | Secret]


@dataclass(frozen=True, slots=True)
class FormerClient:
    """A client whose place another one has taken, and its application; both are to be removed."""

    client_id: str
    application_id: str
    registration_client_uri: str
    registration_access_token: Secret | None
    registration_expires_at: str  # RFC 3339; empty: not known


def holds_client(record: ApplicationRecord) -> bool:
    """Whether Vault has whole credentials of a client. A person who empties `client_secret` asks for another client."""
    done = record.text("state") in (REGISTERED, ACTIVE)
    return done and all(record.text(name) for name in ("client_id", "client_secret"))


def registration_due(ctx: StepContext, record: ApplicationRecord) -> bool:
    """Whether a client has to be registered: there is none yet, or another one is asked for in its place."""
    return not holds_client(record) or record.text("client_id") in ctx.replace


def reserved(record: ApplicationRecord, client: ClientSpec, at: str) -> Values:
    """A client is about to be registered. What works until now stays readable beside that."""
    values: Values = {**record.values, "state": PENDING, "client_name": client.client_name, "reserved_at": at}
    return _with_orphans(values, _orphans(record))


def withdrawn(values: Values, orphan: str = "") -> Values:
    """Nothing came of the reservation, or nothing that can be used.

    Args:
        orphan: id of the useless client, if it could not be removed.
    """
    kept = {name: value for name, value in values.items() if name != "reserved_at"}
    state = PENDING
    if _text(values, "client_secret"):
        state = ACTIVE if _text(values, "application_id") else REGISTERED
    lines = [line for line in _text(values, POSSIBLE_ORPHANS).splitlines() if line]
    lines += [f"{_text(values, 'reserved_at')} {_text(values, 'client_name')} {orphan}"] if orphan else []
    return _with_orphans({**kept, "state": state}, lines)


def registered(values: Values, wanted: ClientSpec, client: RegisteredClient, at: datetime) -> Values:
    """A client is there; the one before it, if any, is to be removed once this one is in use.

    Args:
        at: when it was registered, UTC.
    """
    former = {REPLACED + name: values[name] for name in IDENTITY if _text(values, name)} if _text(values, "client_id") else {}
    fresh: Values = {
        "state": REGISTERED,
        "client_name": wanted.client_name,
        "redirect_uri": " ".join(wanted.redirect_uris),
        "registered_at": rfc3339(at),
        "client_id": client.client_id,
        "client_secret": client.client_secret or "",
        "registration_client_uri": client.registration_client_uri,
    }
    if client.registration_access_token:
        fresh["registration_access_token"] = client.registration_access_token
        fresh["registration_write_until"] = rfc3339(at + timedelta(days=WRITE_DAYS))
    if client.registration_access_token_expires_in is not None:
        fresh["registration_expires_at"] = rfc3339(at + timedelta(seconds=client.registration_access_token_expires_in))
    orphans: Values = {POSSIBLE_ORPHANS: values[POSSIBLE_ORPHANS]} if _text(values, POSSIBLE_ORPHANS) else {}
    return {**fresh, **former, **orphans}


def adopted(values: Mapping[str, str | Secret], application_id: str) -> Values:
    """Konnect knows the client."""
    return {**values, "state": ACTIVE, "application_id": application_id}


def former_client(record: ApplicationRecord) -> FormerClient | None:
    """The client that was replaced and is not removed yet."""
    return _identity(record, REPLACED)


def present_client(record: ApplicationRecord) -> FormerClient | None:
    """The client that will be a former one, when another is registered."""
    return _identity(record, "")


def retired(record: ApplicationRecord, orphan: str = "") -> Values:
    """The former client is removed, or it stays and is named from now on.

    Args:
        orphan: the former client's name and the time from which on it was of no use, if it could not be removed.
    """
    kept: Values = {name: value for name, value in record.values.items() if not name.startswith(REPLACED)}
    return _with_orphans(kept, [*record.text(POSSIBLE_ORPHANS).splitlines(), *([orphan] if orphan else [])])


def keep(ctx: StepContext, asked: ApplicationSpec, values: Mapping[str, str | Secret]) -> None:
    """Write the record."""
    write(ctx, asked, {**values, **for_the_record(ctx, asked)})


def orphans(record: ApplicationRecord, where: str) -> tuple[Orphan, ...]:
    """Clients that may exist at Curity with nobody knowing their secret. They are named until a person clears the record's list.

    Args:
        where: the record, as vault://mount/path.
    """
    remedy = f"Remove it at Curity unless its client id is the one in {where}, then set {POSSIBLE_ORPHANS} there to an empty text."
    return tuple(_orphan(line, remedy) for line in _orphans(record))


def _orphan(line: str, remedy: str) -> Orphan:
    since, name, client_id = [*line.split(), "", "", ""][:3]
    what = f"client {client_id}, named {name}" if client_id else f"possibly a client named {name}, registered about then"
    return Orphan(system="curity", what=what, since=since, remedy=remedy)


def _orphans(record: ApplicationRecord) -> list[str]:
    """One line each: time, name, and the id if it is known. A reservation of which nobody saw the end is one."""
    lines = [line for line in record.text(POSSIBLE_ORPHANS).splitlines() if line]
    if record.pending and record.text("reserved_at"):
        lines.append(f"{record.text('reserved_at')} {record.text('client_name')}")
    return lines


def _with_orphans(values: Values, lines: list[str]) -> Values:
    named = [line for line in lines if line]
    rest = {name: value for name, value in values.items() if name != POSSIBLE_ORPHANS}
    return rest | ({POSSIBLE_ORPHANS: "\n".join(named)} if named else {})


def _identity(record: ApplicationRecord, prefix: str) -> FormerClient | None:
    client_id = record.text(f"{prefix}client_id")
    if not client_id:
        return None
    application_id = record.text(f"{prefix}application_id")
    return FormerClient(
        client_id,
        application_id if UUID.fullmatch(application_id) else "",
        record.text(f"{prefix}registration_client_uri"),
        record.values.get(f"{prefix}registration_access_token"),
        record.text(f"{prefix}registration_expires_at"),
    )


def _text(values: Mapping[str, str | Secret], name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else value.get_secret_value()
