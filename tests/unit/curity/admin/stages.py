"""The Curity stages one after another against a configuration in memory, and comparing what they leave behind."""

from __future__ import annotations

from typing import Any

from lxml import etree

from dcr.engine.observe import observe_one
from dcr.engine.perform import perform
from dcr.engine.permission import Permission
from dcr.model.platform import Platform
from dcr.results.changes import Change
from dcr.results.outcome import Outcome
from dcr.steps.context import StepContext
from dcr.steps.step import Step
from dcr.steps.table import CURITY_CONFIGURATION, DCR_ENABLEMENT, INITIAL_CLIENT
from tests.unit.curity.admin.contexts import Surroundings
from tests.unit.curity.admin.datastore import PROFILE, Datastore, merge
from tests.unit.curity.admin.exports import EXPORTS, NAMESPACES, export, minimal, parse

STEPS: tuple[Step[Any, Any], ...] = (INITIAL_CLIENT, CURITY_CONFIGURATION, DCR_ENABLEMENT)
SERVER = f"{PROFILE}/base:settings/as:authorization-server"
OUR_CLIENT = f"{SERVER}/as:client-store/as:config-backed/as:client[as:id='konnect-dcr']"
REGISTRATION = f"{SERVER}/as:dynamic-client-registration"


def starts() -> list[str]:
    return ["minimal", *EXPORTS]


def surroundings(start: str = "minimal", **datastore: Any) -> Surroundings:
    return Surroundings(Datastore(minimal() if start == "minimal" else export(start), **datastore))


def look(around: Surroundings, platform: Platform | None = None) -> list[Outcome]:
    ctx = around.context(platform)
    return [observe_one(step, "", ctx).outcome for step in STEPS]


def write(around: Surroundings, platform: Platform | None = None) -> list[Outcome]:
    return [performed(step, around.context(platform)) for step in STEPS]


def performed(step: Step[Any, Any], ctx: StepContext) -> Outcome:
    """One step, writing what differs."""
    return perform(step, "", ctx.fresh(), Permission(ctx.platform, for_tenant=ctx.tenant is not None)).outcome


def changes(outcomes: list[Outcome]) -> list[Change]:
    return [change for outcome in outcomes for change in outcome.changes]


def merge_into_server(around: Surroundings, setting: str) -> None:
    server = around.datastore.config.find(SERVER, NAMESPACES)
    assert server is not None
    merge(server, parse(f'<x xmlns="{NAMESPACES["as"]}">{setting}</x>'))


def require_contained(part: etree._Element, whole: etree._Element, path: str) -> None:
    """Each element of one tree has its like in the other, children included; order does not matter."""
    for child in part:
        name = f"{path}/{etree.QName(child).localname}"
        candidates = [other for other in whole.findall(child.tag) if (other.text or "").strip() == (child.text or "").strip()]
        errors: list[AssertionError] = []
        for candidate in candidates:
            try:
                require_contained(child, candidate, name)
            except AssertionError as error:
                errors.append(error)
        if len(errors) == len(candidates):
            raise errors[0] if errors else AssertionError(f"{name} = {child.text!r} is missing")
