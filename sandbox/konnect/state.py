"""What one Konnect organisation holds in one region: its objects, in memory, under one lock."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sandbox.konnect.problems import ForeignObject, not_found

Labels = dict[str, str]


def now() -> str:
    """A time stamp as Konnect prints it."""
    return _stamp(datetime.now(UTC))


def earlier(stamp: str, seconds: float) -> str:
    """A time stamp, so much earlier."""
    return _stamp(datetime.fromisoformat(stamp) - timedelta(seconds=seconds))


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(stamp: str) -> int:
    """A time stamp as the gateway's configuration prints it: whole seconds since 1970."""
    return int(datetime.fromisoformat(stamp).timestamp())


@dataclass(slots=True)
class Thing:
    """What every object has."""

    id: str
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    foreign: bool = False  # belongs to another organisation: nobody here may know of it

    def touch(self) -> None:
        """It was changed."""
        self.updated_at = now()


@dataclass(slots=True)
class Provider(Thing):
    name: str = ""
    display_name: str | None = None
    provider_type: str = "curity"
    issuer: str = ""
    config: dict[str, Any] = field(default_factory=dict)  # what reads back of dcr_config
    secrets: dict[str, str] = field(default_factory=dict, repr=False)  # what never does
    labels: Labels = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        """The initial client's, where the type has one."""
        return str(self.config.get("initial_client_id", ""))

    @property
    def client_secret(self) -> str:
        """The initial client's."""
        return self.secrets.get("initial_client_secret", "")


@dataclass(slots=True)
class Strategy(Thing):
    name: str = ""
    display_name: str = ""
    strategy_type: str = "openid_connect"
    configs: dict[str, Any] = field(default_factory=dict)  # what stands below "openid-connect" or "key-auth"
    provider_id: str | None = None
    labels: Labels = field(default_factory=dict)
    principals: bool = False


@dataclass(slots=True)
class Portal(Thing):
    name: str = ""
    display_name: str = ""
    description: str | None = None
    authentication_enabled: bool = True
    rbac_enabled: bool = False
    sipr_enabled: bool = False
    default_api_visibility: str = "private"
    default_page_visibility: str = "private"
    default_strategy_id: str | None = None
    auto_approve_developers: bool = False
    auto_approve_applications: bool = False
    labels: Labels = field(default_factory=dict)
    authentication: dict[str, bool] = field(default_factory=lambda: {"basic_auth_enabled": True})


@dataclass(slots=True)
class ControlPlane(Thing):
    name: str = ""
    description: str = ""
    labels: Labels = field(default_factory=dict)
    revision: int = 0  # of its configuration; the hash follows


@dataclass(slots=True)
class Service(Thing):
    name: str = ""
    control_plane_id: str = ""
    host: str = "upstream.example"


@dataclass(slots=True)
class Route(Thing):
    name: str = ""
    service_id: str = ""
    paths: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ("https",)  # the default since Gateway 3.14
    methods: tuple[str, ...] = ()  # none: all
    hosts: tuple[str, ...] = ()  # none: all


@dataclass(slots=True)
class Api(Thing):
    name: str = ""
    version: str | None = None
    description: str | None = None
    slug: str = ""
    labels: Labels = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Implementation(Thing):
    api_id: str = ""
    control_plane_id: str = ""
    service_id: str = ""


@dataclass(slots=True)
class Publication(Thing):
    api_id: str = ""
    portal_id: str = ""
    strategy_ids: list[str] | None = None
    auto_approve: bool = False
    visibility: str = "private"


@dataclass(slots=True)
class Developer(Thing):
    portal_id: str = ""
    email: str = ""
    full_name: str = ""
    status: str = "approved"
    password: str = field(default="", repr=False)


@dataclass(slots=True)
class Team(Thing):
    portal_id: str = ""
    name: str = ""
    description: str = ""
    can_own_applications: bool = True
    developer_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Application(Thing):
    portal_id: str = ""
    name: str = ""
    description: str | None = None
    redirect_uri: str | None = None
    owner_type: str = "developer"
    owner_id: str = ""
    strategy_id: str = ""
    client_id: str = ""
    scopes: list[str] | None = None
    labels: Labels = field(default_factory=dict)
    management_uri: str = ""  # RFC 7592, of a client that Konnect registered itself
    management_token: str = field(default="", repr=False)
    unknown_for: int = 0  # how many more requests the gateway answers as if it had not heard of it
    known_for: int = 0  # the same of its deletion


@dataclass(slots=True)
class Registration(Thing):
    portal_id: str = ""
    application_id: str = ""
    api_id: str = ""
    status: str = "pending"
    enforced: str = ""  # the status that the gateway goes by while the new one is on its way
    late_for: int = 0  # for how many more requests it does


@dataclass(slots=True)
class Mail(Thing):
    """What Konnect sent a developer: the only way to a first password."""

    portal_id: str = ""
    email: str = ""
    purpose: str = ""  # verify or reset
    token: str = field(default="", repr=False)
    used: bool = False


Kind = TypeVar("Kind", bound=Thing)


class Organization:
    """All objects, by kind and id."""

    def __init__(self, seed: Callable[[Organization], None], *, random_seed: int | None = None) -> None:
        """`seed` fills it, at once and at each reset; with a `random_seed` every id is the same each time."""
        self._seed, self._random_seed = seed, random_seed
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Back to the initial world."""
        with self.lock:
            self._random = random.Random(self._random_seed)  # noqa: S311 - ids, not secrets
            self.id, self.created_at = self.new_id(), now()
            self.plugin_installed = True  # whether the gateway's services got their auth plugin
            self.tables: dict[type[Thing], dict[str, Thing]] = {}
            self.fresh: dict[str, int] = {}  # id -> how many requests its creator's rights still lag
            self.tokens: set[str] = set()
            self.sessions: dict[tuple[str, str], str] = {}  # cookie's name and value -> developer id
            self.session_requests: dict[tuple[str, str], int] = {}  # how many requests came with it, where that matters
            self.more: list[Thing] = []  # what a knob added to the control plane
            # What the gateway has not heard is gone: applications, and by application and API for how many requests a registration.
            self.leaving: list[Application] = []
            self.lingering: dict[tuple[str, str], int] = {}
            self.once_approved: set[tuple[str, str]] = set()
            self._seed(self)

    def let_pass(self, seconds: float) -> None:
        """Every object is older by so much."""
        with self.lock:
            for thing in [one for table in self.tables.values() for one in table.values()]:
                thing.created_at, thing.updated_at = earlier(thing.created_at, seconds), earlier(thing.updated_at, seconds)

    def new_id(self) -> str:
        """A UUID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def add(self, thing: Kind) -> Kind:
        """Keep it."""
        self.tables.setdefault(type(thing), {})[thing.id] = thing
        return thing

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Every object of a kind, oldest first."""
        return [thing for thing in self.tables.get(kind, {}).values() if isinstance(thing, kind) and not thing.foreign]

    def find(self, kind: type[Kind], thing_id: str | None) -> Kind | None:
        """The object of that id, if this organisation has it."""
        found = self.tables.get(kind, {}).get(thing_id or "")
        return found if isinstance(found, kind) and not found.foreign else None

    def get(self, kind: type[Kind], thing_id: str) -> Kind:
        """The object of that id in this organisation.

        Raises:
            Problem: 404; another organisation's objects look the same, or are forbidden (docs/vendors/konnect.md, Errors).
        """
        found = self.tables.get(kind, {}).get(thing_id)
        if not isinstance(found, kind):
            raise not_found()
        if found.foreign:
            raise ForeignObject
        return found

    def drop(self, thing: Thing) -> None:
        """Forget it."""
        self.tables[type(thing)].pop(thing.id, None)
