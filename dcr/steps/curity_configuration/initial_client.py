"""The initial client's id and secret in Vault: there before Curity or Konnect is told of them.

Source: docs/vendors/curity.md, Clients of the configuration; docs/vendors/vault.md, Layout.
"""

from __future__ import annotations

import secrets

from dcr.curity.admin.initial_client import VersionedSecret
from dcr.errors import Problem
from dcr.results.changes import Change, Scope, Stage
from dcr.results.diff import Diff, Difference
from dcr.results.facts import Facts
from dcr.results.outcome import Outcome
from dcr.secret import Secret
from dcr.steps.context import StepContext
from dcr.steps.step import Item, Lock, Step, System
from dcr.vault import paths
from dcr.vault.client import VaultSecret

SECRET_BYTES = 32
Stored = VaultSecret | None


def stored_secret(ctx: StepContext) -> VersionedSecret | None:
    """The secret of the platform's initial client; None if Vault has none of it yet."""
    found = _read(ctx)
    if found is None or not _is_wanted(ctx, found):
        return None
    return VersionedSecret(found.values["client_secret"], found.version)


class InitialClientStep(Step[Stored, str]):
    """A secret is generated if there is none; what is there is used, and never replaced where an operator put it."""

    name, stage, scope, lock = "initial client", Stage.CURITY_CONFIGURATION, Scope.PLATFORM, Lock.PLATFORM
    systems = frozenset({System.VAULT})
    timeout_seconds, description = 120, "The initial client's secret, in Vault before it is used."
    link = "the initial client's secret in Vault"

    def observe(self, ctx: StepContext, item: Item) -> Stored:  # noqa: ARG002
        return _read(ctx)

    def diff(self, ctx: StepContext, item: Item, state: Stored) -> Diff[str]:  # noqa: ARG002
        problems = _problems(ctx, state)
        if _is_wanted(ctx, state):
            return Diff(problems=problems)
        wanted, stored = ctx.platform.curity.initial_client.id, _text(state, "client_id")
        conflict = f"it holds the secret of another client, {stored!r}, which would be replaced" if stored not in ("", wanted) else ""
        before = f"client {stored!r}" if state else None
        change = Change(self.stage, self.scope, _where(ctx), before, f"client {wanted!r} and a generated secret", conflict)
        return Diff((Difference(change, "client_secret"),), problems)

    def outcome(self, ctx: StepContext, item: Item, state: Stored) -> Outcome:  # noqa: ARG002
        version = state.version if state and _is_wanted(ctx, state) else None
        return Outcome(Facts(secret_version=version), vault_paths=(_where(ctx),))

    def apply(self, ctx: StepContext, item: Item, state: Stored, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        values: dict[str, str | Secret] = {"client_id": ctx.platform.curity.initial_client.id, "client_secret": generated_secret()}
        version = ctx.vault.put(paths.initial_client(), values, expect=state.version if state else 0)
        return Outcome(Facts(secret_version=version))

    def absent(self, ctx: StepContext, item: Item, state: Stored) -> Diff[str]:  # noqa: ARG002
        if state is None or not state.ours:
            return Diff()
        change = Change(self.stage, self.scope, _where(ctx), f"client {_text(state, 'client_id')!r}", None)
        return Diff((Difference(change, "client_secret"),))

    def remove(self, ctx: StepContext, item: Item, state: Stored, diff: Diff[str]) -> Outcome:  # noqa: ARG002
        ctx.vault.remove(paths.initial_client())
        return Outcome()


def generated_secret() -> Secret:
    """32 random bytes in base64url, which has no `$`: Curity would take a secret that starts with one for a hash."""
    return Secret(secrets.token_urlsafe(SECRET_BYTES))


def _read(ctx: StepContext) -> Stored:
    path = paths.initial_client()
    return ctx.cached(f"vault {path}", lambda: ctx.vault.read(path))


def _where(ctx: StepContext) -> str:
    return ctx.vault.ref(paths.initial_client())


def _is_wanted(ctx: StepContext, found: Stored) -> bool:
    return _text(found, "client_id") == ctx.platform.curity.initial_client.id and bool(_text(found, "client_secret"))


def _problems(ctx: StepContext, found: Stored) -> tuple[Problem, ...]:
    """What an operator put there is never replaced, so it has to be complete."""
    if _text(found, "client_secret").startswith("$"):
        fault = "its client_secret starts with '$', and Curity would take it for a hash"
        return (Problem(_where(ctx), fault, "Put another secret there, or remove it and one is generated."),)
    if found and not found.ours and not _is_wanted(ctx, found):
        fault = f"was not written by this tool, and is not a client_id {ctx.platform.curity.initial_client.id!r} with its client_secret"
        return (Problem(_where(ctx), fault, "Complete it, or remove it and a secret is generated."),)
    return ()


def _text(found: Stored, name: str) -> str:
    value = found.values.get(name) if found else None
    return value.get_secret_value() if value else ""
