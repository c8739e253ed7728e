"""The how-to's "Create a client": the one that Konnect authenticates with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dcr.curity.admin import nodes
from dcr.curity.admin.difference import Because, ConfigurationDiff, Differ, Differences
from dcr.curity.admin.nodes import Node, Path, below, display
from dcr.curity.admin.secret_check import Match, compare
from dcr.curity.admin.state import CLIENT_CREDENTIALS, ConfigClient, Profile
from dcr.model.platform import CuritySpec
from dcr.results.changes import KNOWN_AFTER_APPLY, Stage
from dcr.secret import Secret

MANAGED_BY = "managed-by"
OURS = "dcr"
SECRET_VERSION = "dcr-secret-version"  # noqa: S105 - the property that tells which version in Vault was sent

_DIFFER = Differ(Stage.CURITY_CONFIGURATION)


@dataclass(frozen=True, slots=True)
class VersionedSecret:
    """The initial client's secret as it stands in Vault."""

    value: Secret
    version: int


def is_marked_ours(client: ConfigClient) -> bool:
    """Whether this tool made the client or took it over."""
    return client.property_value(MANAGED_BY) == OURS


def diff_initial_client(profile: Profile, wanted: CuritySpec, secret: VersionedSecret | None) -> ConfigurationDiff:
    """Compare the client with the one that is wanted.

    A client of our id is ours if it carries our mark, or if the secret in Vault is its own: then it was made by hand and
    handed over. Any other is someone else's, and so is each of its settings.

    Args:
        secret: from Vault; None if it will only be generated.

    Source: docs/vendors/curity.md, Clients of the configuration, Stored secrets.
    """
    found = profile.client(wanted.initial_client.id)
    match = compare(found.secret, secret.value) if found and secret else Match.CANNOT_TELL
    path = nodes.client(profile.id, wanted.initial_client.id)
    differences = (
        *_settings(path, found, wanted),
        *_secret(path, found, secret, match),
        *_properties(path, found, secret),
    )
    if found and not is_marked_ours(found) and match is not Match.SAME:
        differences = _foreign(differences)
    unseen = found is not None and secret is not None and match is Match.CANNOT_TELL
    warnings = (f"{display(path)}/secret: cannot be verified, since this admin user may not read its hash",) if unseen else ()
    return ConfigurationDiff(differences, warnings=warnings)


def _settings(path: Path, found: ConfigClient | None, wanted: CuritySpec) -> Differences:
    capability = below(path, "capabilities", CLIENT_CREDENTIALS)
    return (
        *_DIFFER.leaf(below(path, "client-name"), found.name if found else None, wanted.initial_client.name),
        *(_DIFFER.leaf(below(path, "enabled"), "false", "true") if found and not found.enabled else ()),
        *_DIFFER.flag(capability, found is not None and CLIENT_CREDENTIALS in found.capabilities),
    )


def _secret(path: Path, found: ConfigClient | None, secret: VersionedSecret | None, match: Match) -> Differences:
    """The hash decides; where it cannot be read, the version that was sent with the secret does."""
    sent = found.property_value(SECRET_VERSION) if found else None
    other = found.other_verifier if found else ""
    unchanged = match is Match.CANNOT_TELL and not other and secret is not None and sent == str(secret.version)
    if match is Match.SAME or unchanged:
        return ()
    known = other or ("another secret" if match is Match.OTHER else f"Vault version {sent or 'unknown'}")
    after = f"Vault version {secret.version}" if secret else KNOWN_AFTER_APPLY
    because = Because(conflict=f"it authenticates by {other}, which a secret would replace") if other else Because()
    return _DIFFER.replaced(below(path, "secret"), known if found else None, after, secret.value if secret else None, because)


def _properties(path: Path, found: ConfigClient | None, secret: VersionedSecret | None) -> Differences:
    """Written in the same request as the secret, so that they cannot tell of one that was not sent."""
    version = str(secret.version) if secret else KNOWN_AFTER_APPLY
    return tuple(
        difference
        for key, value in ((MANAGED_BY, OURS), (SECRET_VERSION, version))
        for difference in _DIFFER.leaf(_property(path, key), found.property_value(key) if found else None, value)
    )


def _property(path: Path, key: str) -> Path:
    return (*below(path, "properties"), Node("property", (nodes.Key("key", key),)), Node("value"))


def _foreign(differences: Differences) -> Differences:
    theirs = "a client of this id is there that this tool did not make"
    return tuple(replace(each, change=replace(each.change, conflict=each.change.conflict or theirs)) for each in differences)
