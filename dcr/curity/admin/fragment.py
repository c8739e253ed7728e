"""All that both Curity stages want, as one file to merge with the ones that a house keeps in git. A file is the truth, so it holds
everything and not only what differs; what stands there already counts as absent if it may have come from this file.

Source: docs/vendors/curity.md, Configuration files, Secrets in files.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from lxml import etree
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # libpass ships no types

from dcr.curity.admin import nodes
from dcr.curity.admin.configuration import diff_configuration
from dcr.curity.admin.edit import document
from dcr.curity.admin.enablement import diff_enablement
from dcr.curity.admin.initial_client import VersionedSecret
from dcr.curity.admin.nodes import below, display
from dcr.curity.admin.own_part import assumed_state, without_ours
from dcr.curity.admin.secret_check import Match, compare
from dcr.curity.admin.state import CurityState
from dcr.errors import Problem, Problems
from dcr.model.platform import CuritySpec, Platform
from dcr.model.secret_form import SecretForm
from dcr.secret import Secret

FILE_ROOT = etree.QName("http://tail-f.com/ns/config/1.0", "config")
SALT_CHARACTERS = 16
ROUNDS = 5000  # the form without `rounds=`, which is what CuritySpec itself stores


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that the file leaves to the server's environment: without it the server does not start."""

    name: str
    holds: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """A file for `etc/init`, and what people need to know beside it."""

    content: bytes = field(repr=False)  # it may hold the hash
    parameters: tuple[Parameter, ...]
    notes: tuple[str, ...]


def render_fragment(platform: Platform, found: CurityState | None, secret: VersionedSecret, secret_as: SecretForm) -> Fragment:
    """Render it; equal input gives equal bytes.

    Args:
        found: what CuritySpec's configuration says; None if it cannot be read: then what the platform names is taken to be there.
        secret: from Vault. It never stands in the result.

    Raises:
        Problems: what people have to fix first.
    """
    wanted = platform.curity
    state = without_ours(found, wanted) if found and found.profile else assumed_state(wanted)
    written = VersionedSecret(_in_file(platform, found, secret, secret_as), secret.version)
    diff = diff_configuration(state, wanted, written) + diff_enablement(state, wanted)
    problems = (*diff.problems, *_unreadable_roles(wanted, found), *_not_for_a_second_file(state, wanted))
    if problems:
        raise Problems("curity.mode: render", problems)
    parameters = (_parameter(platform),) if secret_as is SecretForm.PARAMETER else ()
    return Fragment(document(diff.writes, FILE_ROOT), parameters, _notes(state, wanted))


def secret_parameter(wanted: CuritySpec) -> str:
    """Name of the variable that holds the initial client's hash: KONNECT_DCR_CLIENT_SECRET."""
    name = re.sub(r"[^A-Z0-9]+", "_", wanted.initial_client.id.upper()).strip("_")
    return f"{'DCR_' if name[:1].isdigit() else ''}{name}_CLIENT_SECRET"


def _in_file(platform: Platform, found: CurityState | None, secret: VersionedSecret, secret_as: SecretForm) -> Secret:
    if secret_as is SecretForm.PARAMETER:
        return Secret(f"#{{{secret_parameter(platform.curity)}}}")
    client = found.profile.client(platform.curity.initial_client.id) if found and found.profile else None
    if client and client.secret and compare(client.secret, secret.value) is Match.SAME:
        return client.secret
    return Secret(sha256_crypt.using(rounds=ROUNDS, salt=_salt(platform, secret)).hash(secret.value.get_secret_value()))


def _salt(platform: Platform, secret: VersionedSecret) -> str:
    """One salt for one version of the secret: a new one at each rendering would look like a change. A salt is not secret, only single."""
    of = f"{platform.name}/{platform.curity.initial_client.id}/{secret.version}"
    return hashlib.sha256(of.encode()).hexdigest()[:SALT_CHARACTERS]


def _parameter(platform: Platform) -> Parameter:
    mount = platform.vault.mount
    making = f"vault kv get -mount={mount} -field=client_secret platform/initial-client | openssl passwd -5 -stdin"
    return Parameter(secret_parameter(platform.curity), f"the hash $5$... of the initial client's secret, as made by: {making}")


def _unreadable_roles(wanted: CuritySpec, found: CurityState | None) -> tuple[Problem, ...]:
    if found or wanted.service_roles:
        return ()
    fault = "is empty, and which service roles there are cannot be read"
    return (Problem("curity.service_roles", fault, "Name those that shall deploy the registration endpoint."),)


def _not_for_a_second_file(state: CurityState, wanted: CuritySpec) -> tuple[Problem, ...]:
    """Leaves that a profile has from its beginning stand in another file: which of two files wins is not documented."""
    profile = state.profile
    if profile is None or not wanted.set_preconditions:
        return ()  # then every precondition that is not met is a problem already
    server, issuer = nodes.authorization_server(profile.id), below(nodes.profile(profile.id), "token-issuers", "default-token-issuer")
    leaves = (
        (profile.basic_and_form_post, below(server, "client-authentication", "basic-and-form-post"), "true"),
        (profile.default_issuer.data_source, below(issuer, "default-data-source"), wanted.tokens_data_source),
        (profile.default_issuer.signing_key, below(issuer, "jwt-issuer-settings", "signing-key-id"), wanted.signing_key),
    )
    return tuple(
        Problem(display(path), "is not set", f"Set it to {value} in the file that has the profile: one leaf never stands in two files.")
        for found, path, value in leaves
        if not found
    )


def _notes(state: CurityState, wanted: CuritySpec) -> tuple[str, ...]:
    roles = [role.id for role in state.environment.service_roles if role.enabled]
    chosen = [role for role in roles if not wanted.service_roles or role in wanted.service_roles]
    return (
        f"Service roles ({', '.join(chosen)}): the fragment adds one line to their endpoints. Where another file lists a role's endpoints, "
        "write the line there instead: whether a second file adds to the list or replaces it is not documented.",
        "Each leaf of the fragment must stand in no other file.",
    )
