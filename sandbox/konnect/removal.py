"""How an application goes, and what becomes of its client. Source: docs/vendors/konnect.md, Removal."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from sandbox.konnect.identity_provider import IdentityProviderFailed
from sandbox.konnect.problems import Problem, parameter
from sandbox.konnect.service import KonnectService
from sandbox.konnect.state import Application, Registration, Strategy


def delete_application(service: KonnectService, application: Application) -> None:
    """Delete one application that was asked for by id. Hold no lock: the identity provider is asked first.

    Raises:
        Problem: 400 under some readings; the application stays then.
    """
    if service.knobs.keeps_deleted:
        return
    with service.org.lock:
        _require_removable(service, application)
    _delete_client(service, application)
    with service.org.lock:
        forget_application(service, application)


def forget_application(service: KonnectService, application: Application) -> None:
    """Forget an application and its registrations."""
    for registration in [one for one in service.org.all(Registration) if one.application_id == application.id]:
        service.forget_registration(registration)
    service.forget_application(application)


def delete_clients(service: KonnectService, applications: Iterable[Application]) -> None:
    """Delete the clients of applications that went along with their owner or portal: no refusal is documented there."""
    for application in applications:
        with suppress(Problem):
            _delete_client(service, application)


def _require_removable(service: KonnectService, application: Application) -> None:
    """Whether an imported client can be deleted without its registration token is open (docs/vendors/konnect.md, Ways to an application).

    Raises:
        Problem: 400 under that reading.
    """
    strategy = service.org.find(Strategy, application.strategy_id)
    imported = bool(strategy and strategy.provider_id) and not application.management_uri
    if imported and service.readings["konnect.imported-client-deletion"] == "refused":
        raise _refused("Unable to delete the DCR application")


def _delete_client(service: KonnectService, application: Application) -> None:
    """Delete the client that Konnect registered, by the registration token that it kept; the readings decide whether and how.

    Raises:
        Problem: 400 under some readings.
    """
    if not application.management_uri:
        return
    match service.readings["konnect.delete-at-identity-provider"]:
        case "leaves":
            return
        case "refuses":
            raise _refused("Unable to delete the DCR application")
    try:
        service.idp.remove(application)
    except IdentityProviderFailed as error:
        if service.readings["konnect.deletion-refused"] == "refused":
            raise _refused(f"Unable to delete the DCR application: {error}") from None


def _refused(words: str) -> Problem:
    return Problem(400, "Bad Request", words, [parameter("applicationId", words)])
