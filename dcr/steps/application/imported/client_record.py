"""What Vault keeps of a client that we registered ourselves, from state to state: pending, registered, active. Pure: values in, values out.

Source: docs/vendors/vault.md, Order of operations; docs/vendors/curity.md, Client management (life of the registration token).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dcr.curity.runtime.client_registration import ClientSpec, RegisteredClient
from dcr.model.tenant import ApplicationSpec
from dcr.model.timestamps import moment, rfc3339
from dcr.results.report import Orphan
from dcr.secret import Secret
from dcr.steps.application.record import ACTIVE, PENDING, UUID, ApplicationRecord, for_the_record, write
from dcr.steps.context import StepContext

REGISTERED = "registered"
WRITE_DAYS = 28  # a registration token reads and updates for so long; after that it only removes
REPLACED = "replaced_"
RESERVED_AT, RESERVED_OPERATION = "reserved_at", "reserved_op"
OPERATION = "dcr_op"  # the mark by which Curity's interfaces may show which registration a client came from
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

    @property
    def removable(self) -> bool:
        """Whether its registration token is known, and not known to have expired."""
        ends = moment(self.registration_expires_at)
        return bool(self.registration_access_token and self.registration_client_uri) and (ends is None or ends > datetime.now(UTC))


def holds_client(record: ApplicationRecord) -> bool:
    """Whether Vault has whole credentials of a client. A person who empties `client_secret` asks for another client."""
    done = record.text("state") in (REGISTERED, ACTIVE)
    return done and all(record.text(name) for name in ("client_id", "client_secret"))


def registration_due(ctx: StepContext, record: ApplicationRecord) -> bool:
    """Whether a client has to be registered: there is none yet, or another one is asked for in its place."""
    return not holds_client(record) or record.text("client_id") in ctx.replace


def reserved(record: ApplicationRecord, client: ClientSpec, at: str) -> Values:
    """A client is about to be registered. What works until now stays readable beside that."""
    values: Values = {**record.values, "state": PENDING, "client_name": client.client_name, RESERVED_AT: at}
    return _with_orphans({**values, RESERVED_OPERATION: client.marks.get(OPERATION, "")}, orphan_lines(record))


def withdrawn(values: Values, orphan: str = "") -> Values:
    """Nothing came of the reservation, or nothing that can be used.

    Args:
        orphan: id of the useless client, if it could not be removed.
    """
    kept = {name: value for name, value in values.items() if name not in (RESERVED_AT, RESERVED_OPERATION)}
    state = PENDING
    if _text(values, "client_secret"):
        state = ACTIVE if _text(values, "application_id") else REGISTERED
    lines = [line for line in _text(values, POSSIBLE_ORPHANS).splitlines() if line]
    lines += [f"{_text(values, RESERVED_AT)} {_text(values, 'client_name')} {orphan}"] if orphan else []
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
        OPERATION: wanted.marks.get(OPERATION, ""),
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
    return tuple(orphan_of(line, where) for line in orphan_lines(record))


def orphan_of(line: str, where: str) -> Orphan:
    """What a line names. It is removed by its client id alone: other tenants' clients may bear its name.

    Args:
        line: `<time> <name> <client id>: <why it is there>`; without an id, the mark of its registration in its place, or nothing.
        where: the record that the line stands in, as vault://mount/path.
    """
    since, name, mark = [*line.partition(": ")[0].split(), "", "", ""][:3]
    done = f"then take its line out of {POSSIBLE_ORPHANS} in {where}."
    if mark and not mark.startswith(f"{OPERATION}="):
        remedy = f"Remove client {mark} at Curity unless a record in Vault has this client id, {done}"
        return Orphan(system="curity", what=f"client {mark}, named {name}", since=since, remedy=remedy)
    property_ = f" with the property {mark}" if mark else ""
    what = f"possibly a client named {name}{property_}, registered about then"
    remedy = f"Look at Curity for a client that was registered then, remove it by its client id unless a record in Vault has that, {done}"
    return Orphan(system="curity", what=what, since=since, remedy=remedy)


def orphan_lines(record: ApplicationRecord) -> list[str]:
    """One line each: time, name, and the id if it is known. A reservation of which nobody saw the end is one."""
    lines = [line for line in record.text(POSSIBLE_ORPHANS).splitlines() if line]
    if record.pending and record.text(RESERVED_AT):
        mark = f" {OPERATION}={record.text(RESERVED_OPERATION)}" if record.text(RESERVED_OPERATION) else ""
        lines.append(f"{record.text(RESERVED_AT)} {record.text('client_name')}{mark}")
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
