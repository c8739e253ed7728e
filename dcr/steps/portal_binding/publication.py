"""Publish each API to the tenant's portal with the platform's auth strategy.

Source: reference/konnect.md section 4, Publication; reference/how-to.md, *Configure the Dev Portal*, step 8 ("will overwrite").
"""

from __future__ import annotations

from dataclasses import replace

from dcr.errors import CheckFailed, Missing
from dcr.konnect.difference import Leaf, differing
from dcr.konnect.portals import find_implementations
from dcr.konnect.publications import (
    Publication,
    PublicationSpec,
    count_approved_registrations,
    find_publications,
    publish,
    read_publication,
)
from dcr.model.tenant import RegistrationApproval
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.conflicts import stop_on_conflict
from dcr.steps.context import Run
from dcr.steps.facts import known


def converge(run: Run, facts: Facts, item: str) -> Outcome:
    """Publish the API with this label, or bring its publication to what the tenant asks for.

    Safe to repeat: it is one PUT of the whole publication.
    """
    portal_id, api_id = facts.get("portal.id"), facts.get(f"api.{item}.id")
    if portal_id is None or api_id is None:  # the look at portal and APIs has told what is missing
        return Outcome()
    wanted = _wanted(run, facts)
    found = _find(run, facts, portal_id).get(api_id)
    path = f"konnect/portals/{run.the_tenant().portal}/publications/{item}"
    changes = diff_publication(path, found, wanted)
    if any(change.conflict for change in changes):
        losing = count_approved_registrations(run.systems.konnect, portal_id, api_id)
        changes = tuple(_saying_who_loses(change, losing) for change in changes)
    warnings = _warnings(run, facts)
    stop_on_conflict(run, changes)
    if run.write and changes:
        known(facts, "auth_strategy.id")
        publish(run.systems.konnect, portal_id, api_id, wanted, anew=found is None)
        warnings += _after_write(run, portal_id, api_id, path, wanted)
    return Outcome(changes=changes, warnings=warnings)


def diff_publication(path: str, found: Publication | None, wanted: PublicationSpec) -> tuple[Change, ...]:
    """What differs between a publication and what the tenant asks for."""
    strategy = Leaf("auth_strategy_ids", _strategy(found), wanted.auth_strategy_id)
    approves = None if found is None else _told(bool(found.auto_approve_registrations))
    others = (
        Leaf("auto_approve_registrations", approves, _told(wanted.auto_approve_registrations)),
        Leaf("visibility", found.visibility if found else None, wanted.visibility),
    )
    conflict = _conflict(found, wanted)
    of_strategy = differing(Stage.PORTAL_BINDING, Scope.TENANT, path, (strategy,), conflict=conflict)
    return of_strategy + differing(Stage.PORTAL_BINDING, Scope.TENANT, path, others)


def _strategy(found: Publication | None) -> str | None:
    if found is None:
        return None
    return ", ".join(found.auth_strategy_ids or ()) or "(none)"


def _told(switch: bool) -> str:
    return "on" if switch else "off"


def _conflict(found: Publication | None, wanted: PublicationSpec) -> str:
    if found is None or _strategy(found) == wanted.auth_strategy_id:
        return ""
    if not found.auth_strategy_ids:
        return "the API is published without an auth strategy: who uses it now does so without an application"
    return "the API is published with another auth strategy, whose applications would be refused"


def _saying_who_loses(change: Change, losing: int) -> Change:
    if not change.conflict:
        return change
    return replace(change, conflict=f"{change.conflict}; {losing} approved registration{'s' if losing != 1 else ''} would lose access")


def _wanted(run: Run, facts: Facts) -> PublicationSpec:
    tenant = run.the_tenant()
    # A portal that approves everything cannot be overruled for one API: asking for less would differ for ever.
    approves = tenant.registration_approval is RegistrationApproval.AUTOMATIC or _portal_approves(facts)
    return PublicationSpec(facts.get("auth_strategy.id"), approves, tenant.visibility.value)


def _portal_approves(facts: Facts) -> bool:
    return facts.get("portal.auto_approve_applications") == "true"


def _find(run: Run, facts: Facts, portal_id: str) -> dict[str, Publication]:
    """Of all the tenant's APIs in one request, which the steps of a look share."""
    names = [f"api.{api.label}.id" for api in run.the_tenant().apis]
    api_ids = [facts[name] for name in names if name in facts]
    return run.see(f"konnect api-publications {portal_id}", lambda: find_publications(run.systems.konnect, portal_id, api_ids))


def _warnings(run: Run, facts: Facts) -> tuple[str, ...]:
    tenant = run.the_tenant()
    if not _portal_approves(facts) or tenant.registration_approval is RegistrationApproval.AUTOMATIC:
        return ()
    return (f"konnect: portal {tenant.portal} approves every registration by itself, whatever the tenant says.",)


def _after_write(run: Run, portal_id: str, api_id: str, path: str, wanted: PublicationSpec) -> tuple[str, ...]:
    """Prove that the publication was kept, and say so if Konnect could not install the auth plugin: the smoke test is the judge of that."""
    try:
        kept = read_publication(run.systems.konnect, portal_id, api_id)
    except Missing:
        raise CheckFailed("konnect", f"it accepted the publication but does not keep {path}", "Report this to Kong.") from None
    lost = ", ".join(change.path for change in diff_publication(path, kept, wanted))
    if lost:
        raise CheckFailed("konnect", f"it accepted the publication but did not keep {lost}", "Report this to Kong.")
    links = find_implementations(run.systems.konnect, [api_id])
    errors = [link.service.auth_strategy_sync_error for link in links if link.service and link.service.auth_strategy_sync_error]
    return tuple(f"konnect: after publishing {path}, the auth plugin is not installed on its service yet: {error}." for error in errors)
