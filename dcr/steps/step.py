"""What a step and a check are: the moves that each has, and what the table, Prefect and a diagnosis need to know of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum, StrEnum, auto
from typing import ClassVar, Generic, TypeVar

from dcr.model.tenant import Tenant
from dcr.results.changes import Scope, Stage
from dcr.results.diff import Diff
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext

State = TypeVar("State")
Write = TypeVar("Write")
Item = str
"""For what a step is done: the label of an API, the name of an application, or "" for nothing in particular."""


class System(StrEnum):
    """Whom a step asks."""

    VAULT = "vault"
    CURITY = "curity"
    OAUTH = "oauth"
    KONNECT = "konnect"
    PORTAL = "portal"
    GATEWAY = "gateway"


class Each(Enum):
    """What a step is done for."""

    ONCE = auto()
    API = auto()
    APPLICATION = auto()


class Lock(Enum):
    """Under which lock a step writes."""

    NONE = auto()  # it writes nothing
    PLATFORM = auto()  # taken for the step
    TENANT = auto()  # held by the whole run


class Entry(ABC):
    """What stands in the table of steps."""

    name: ClassVar[str]
    stage: ClassVar[Stage]
    scope: ClassVar[Scope]
    systems: ClassVar[frozenset[System]]  # once one of them fails an observation, it is not asked again and again
    each: ClassVar[Each] = Each.ONCE
    timeout_seconds: ClassVar[float]  # of one attempt; longer than the step's own deadlines, so that those speak first
    description: ClassVar[str]  # for those who watch a run
    link: ClassVar[str] = ""  # what a diagnosis calls it; empty: a diagnosis leaves it out

    def items(self, tenant: Tenant | None) -> tuple[Item, ...]:
        """For what it is done."""
        if self.scope is Scope.TENANT and (tenant is None or tenant.leaves):
            return ()
        if tenant is None or self.each is Each.ONCE:
            return ("",)
        if self.each is Each.API:
            return tuple(api.label for api in tenant.apis)
        return tuple(application.name for application in tenant.applications)

    def unknown(self, ctx: StepContext, item: Item) -> tuple[str, ...]:  # noqa: ARG002 - most need nothing
        """Facts without which a diagnosis has nothing to ask here."""
        return ()


class Check(Entry):
    """Something that is found to be so or not. It never writes."""

    @abstractmethod
    def prove(self, ctx: StepContext, item: Item) -> Outcome:
        """Ask, and say what was found: facts, claims, problems that people have to fix."""


class Step(Entry, Generic[State, Write]):
    """One thing to converge. The engine decides when each move is made; none of them knows in which run it is."""

    lock: ClassVar[Lock]
    follows: ClassVar[tuple[type[Entry], ...]] = ()  # when one of these has written, what was observed here before is out of date

    @abstractmethod
    def observe(self, ctx: StepContext, item: Item) -> State:
        """What is there. Only reads."""

    @abstractmethod
    def diff(self, ctx: StepContext, item: Item, state: State) -> Diff[Write]:
        """What differs from what is wanted, and what stands against writing it. Asks nobody."""

    @abstractmethod
    def apply(self, ctx: StepContext, item: Item, state: State, diff: Diff[Write]) -> Outcome:
        """Write the difference and nothing else.

        Returns:
            what only the write has told: facts by which the thing is found from now on, claims, warnings.
        """

    @abstractmethod
    def absent(self, ctx: StepContext, item: Item, state: State) -> Diff[Write]:
        """What of ours is there and would have to go, and what stands against that. Asks nobody; never names what is not ours."""

    @abstractmethod
    def remove(self, ctx: StepContext, item: Item, state: State, diff: Diff[Write]) -> Outcome:
        """Take away what the difference names, and nothing else.

        Returns:
            what only the removal has told: claims that it had its effect, and what it could not remove.
        """

    def unwanted(self, ctx: StepContext) -> tuple[Item, ...]:  # noqa: ARG002 - most steps keep no memory of their own
        """What was made for the tenant before and is no longer asked for, as far as it is remembered."""
        return ()

    def outcome(self, ctx: StepContext, item: Item, state: State) -> Outcome:  # noqa: ARG002 - most have nothing to say
        """What the state tells beside its difference: facts for later steps, claims, where secrets are."""
        return Outcome()
