"""Make Curity known to Konnect as the DCR provider that the platform asks for.

Source: reference/konnect.md section 2; reference/how-to.md, *Configure the Dev Portal*, steps 4 to 6.
"""

from __future__ import annotations

from dataclasses import replace

from dcr.errors import Refused
from dcr.konnect.difference import Leaf, differing, label_leaf, leaf_names, url_leaf
from dcr.konnect.labels import SECRET_VERSION
from dcr.konnect.providers import (
    CURITY,
    KonnectProvider,
    ProviderSpec,
    create_provider,
    find_providers,
    read_provider,
    update_provider,
)
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.steps.context import Run
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.facts import known
from dcr.steps.platform_lock import renew_platform_lock
from dcr.steps.portal_binding.issuer_url import issuer_url
from dcr.steps.portal_binding.provider_check import check_provider
from dcr.steps.portal_binding.shared_object import Kind, Seen, converge_shared


def converge(run: Run, facts: Facts, _item: str) -> Outcome:
    """Bring Konnect's DCR provider to what the platform asks for; with `run.write` False, only say how.

    Safe to repeat after a crash at any line: a lost answer is found by name, and the version of the secret that was sent stands in a
    label, set by the same request.
    """
    return converge_shared(run, lambda: _look(run, facts), lambda seen: _write(run, facts, seen))


def diff_provider(found: KonnectProvider | None, wanted: ProviderSpec) -> tuple[Change, ...]:
    """What differs between the provider and what is wanted. The secret is compared by the Vault version in a label."""
    sent = found.labels.get(SECRET_VERSION) if found else None
    leaves = (
        Leaf("provider_type", found.provider_type if found else None, CURITY),
        Leaf("display_name", found.display_name if found else None, wanted.display_name),
        url_leaf("issuer", found.issuer if found else None, wanted.issuer),
        Leaf("dcr_config/initial_client_id", found.dcr_config.initial_client_id if found else None, wanted.initial_client_id),
        Leaf("dcr_config/initial_client_secret", _told(sent), _told(wanted.secret_version)),
        label_leaf(found.labels if found else None),
    )
    conflict = KIND.conflict(found, wanted.name)
    impact = "every API whose auth strategy uses this provider" if found and found.active else ""
    return differing(Stage.PORTAL_BINDING, Scope.PLATFORM, KIND.path(wanted.name), leaves, conflict=conflict, impact=impact)


KIND: Kind[KonnectProvider, ProviderSpec] = Kind(
    plural="dcr-providers",
    fact="dcr_provider.id",
    setting="konnect.dcr_provider.name",
    right_type=CURITY,
    type_of=lambda provider: provider.provider_type,
    diff=diff_provider,
)


def _told(version: str | None) -> str | None:
    return f"Vault version {version}" if version else None


def _look(run: Run, facts: Facts) -> Seen[KonnectProvider, ProviderSpec]:
    asked = run.platform.konnect.dcr_provider
    client_id = run.platform.curity.initial_client.id
    wanted = ProviderSpec(asked.name, asked.display_name, issuer_url(facts), client_id, facts.get("initial_client.version"))
    found = run.see(f"konnect dcr-providers {asked.name}", lambda: find_providers(run.systems.konnect, asked.name))
    return KIND.seen(found, asked.name, wanted)


def _write(run: Run, facts: Facts, seen: Seen[KonnectProvider, ProviderSpec]) -> Outcome:
    known(facts, "issuer")
    secret = stored_secret(run)
    if secret is None:
        raise Refused("plan", "Vault holds no secret of the initial client", "An earlier step makes one: start the whole run again.")
    wanted, konnect = replace(seen.wanted, secret_version=str(secret.version)), run.systems.konnect
    renew_platform_lock(run)
    if seen.found is None:
        provider_id = create_provider(konnect, wanted, secret.value)
    else:
        provider_id = seen.found.id
        update_provider(konnect, provider_id, wanted, leaf_names(seen.outcome.changes), secret.value)
    KIND.require_kept(read_provider(konnect, provider_id), wanted)
    checked = check_provider(run, wanted.name, provider_id)
    warnings = seen.outcome.warnings + checked.warnings
    return replace(checked, facts={KIND.fact: provider_id}, changes=seen.outcome.changes, warnings=warnings)
