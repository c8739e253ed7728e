"""The Curity stages one after another against a configuration in memory, and comparing what they leave behind."""

from __future__ import annotations

from typing import Any

from lxml import etree

from dcr.model.platform import Platform
from dcr.results.changes import Change
from dcr.results.outcome import Outcome
from dcr.steps.curity_configuration import curity_configuration, initial_client
from dcr.steps.dcr_enablement import dcr_enablement
from tests.unit.curity.admin.contexts import Surroundings
from tests.unit.curity.admin.datastore import PROFILE, Datastore, merge
from tests.unit.curity.admin.exports import EXPORTS, NAMESPACES, export, minimal, parse

STEPS = (initial_client.converge, curity_configuration.converge, dcr_enablement.converge)
SERVER = f"{PROFILE}/base:settings/as:authorization-server"
OUR_CLIENT = f"{SERVER}/as:client-store/as:config-backed/as:client[as:id='konnect-dcr']"
REGISTRATION = f"{SERVER}/as:dynamic-client-registration"


def starts() -> list[str]:
    return ["minimal", *EXPORTS]


def surroundings(start: str = "minimal", **datastore: Any) -> Surroundings:
    return Surroundings(Datastore(minimal() if start == "minimal" else export(start), **datastore))


def look(around: Surroundings, platform: Platform | None = None) -> list[Outcome]:
    run = around.run(write=False, platform=platform)
    return [converge(run, {}, "") for converge in STEPS]


def write(around: Surroundings, platform: Platform | None = None) -> list[Outcome]:
    run = around.run(write=True, platform=platform)
    return [converge(run, {}, "") for converge in STEPS]


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
