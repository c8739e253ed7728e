"""The initial client's id and secret in Vault: there before Curity or Konnect is told of them."""

from __future__ import annotations

import secrets

from dcr.curity.admin.initial_client import VersionedSecret
from dcr.errors import Problem, Problems
from dcr.results.changes import Change, Scope, Stage
from dcr.results.outcome import Facts, Outcome
from dcr.secret import Secret
from dcr.steps.conflicts import stop_on_conflict
from dcr.steps.context import Run
from dcr.steps.platform_lock import platform_lock
from dcr.vault import paths
from dcr.vault.client import VaultSecret

SECRET_BYTES = 32


def stored_secret(run: Run) -> VersionedSecret | None:
    """The secret of the platform's initial client; None if Vault has none of it yet."""
    found = _read(run)
    if found is None or _differs(run, found):
        return None
    return VersionedSecret(found.values["client_secret"], found.version)


def converge(run: Run, _facts: Facts, _item: str) -> Outcome:
    """Generate the secret if there is none, and put it into Vault; what is there is used.

    Raises:
        Problems: an operator put something there that cannot be used.
        Stale: another run was faster; what it wrote is used next time.

    Source: reference/curity.md section 2.4, reference/vault.md sections 2 and 8.
    """
    found = _read(run)
    problems = _problems(run, found)
    if run.write and problems:
        raise Problems("initial client", problems)
    changes = _differs(run, found)
    if changes and run.write:
        stop_on_conflict(run, changes)
        with platform_lock(run):
            return _written(run, _read(run))
    return _outcome(run, found.version if found and not changes else None, changes, problems)


def _read(run: Run) -> VaultSecret | None:
    path = paths.initial_client()
    return run.see(f"vault {path}", lambda: run.systems.vault.read(path))


def _differs(run: Run, found: VaultSecret | None) -> tuple[Change, ...]:
    path, wanted = run.systems.vault.ref(paths.initial_client()), run.platform.curity.initial_client.id
    stored = _text(found, "client_id")
    if stored == wanted and _text(found, "client_secret"):
        return ()
    conflict = f"it holds the secret of another client, {stored!r}, which would be replaced" if stored not in ("", wanted) else ""
    before = f"client {stored!r}" if found else None
    return (Change(Stage.CURITY_CONFIGURATION, Scope.PLATFORM, path, before, f"client {wanted!r} and a generated secret", conflict),)


def _problems(run: Run, found: VaultSecret | None) -> tuple[Problem, ...]:
    """What an operator put there is never replaced, so it has to be complete."""
    path, wanted = run.systems.vault.ref(paths.initial_client()), run.platform.curity.initial_client.id
    if _text(found, "client_secret").startswith("$"):
        fault = "its client_secret starts with '$', and Curity would take it for a hash"
        return (Problem(path, fault, "Put another secret there, or remove it and one is generated."),)
    if found and not found.ours and _differs(run, found):
        fault = f"was not written by this tool, and is not a client_id {wanted!r} with its client_secret"
        return (Problem(path, fault, "Complete it, or remove it and a secret is generated."),)
    return ()


def _written(run: Run, found: VaultSecret | None) -> Outcome:
    """Under the lock, after another look: a run that waited for it finds what the holder wrote."""
    changes = _differs(run, found)
    if not changes:
        return _outcome(run, found.version if found else None, ())
    stop_on_conflict(run, changes)
    values: dict[str, str | Secret] = {"client_id": run.platform.curity.initial_client.id, "client_secret": generated_secret()}
    version = run.systems.vault.put(paths.initial_client(), values, expect=found.version if found else 0)
    return _outcome(run, version, changes)


def _outcome(run: Run, version: int | None, changes: tuple[Change, ...], problems: tuple[Problem, ...] = ()) -> Outcome:
    facts = {} if version is None else {"initial_client.version": str(version)}
    return Outcome(facts=facts, changes=changes, problems=problems, vault_paths=(run.systems.vault.ref(paths.initial_client()),))


def _text(found: VaultSecret | None, name: str) -> str:
    value = found.values.get(name) if found else None
    return value.get_secret_value() if value else ""


def generated_secret() -> Secret:
    """32 random bytes in base64url, which has no `$`: Curity would take a secret that starts with one for a hash (section 2.7)."""
    return Secret(secrets.token_urlsafe(SECRET_BYTES))
