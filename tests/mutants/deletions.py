"""Rules of the sandbox and checks of ours, each with the few lines that take it away, and the tests that must turn red then."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ONBOARDING = ("tests/readings/test_alone.py", "-k", "curity.expires-in")  # a whole one, in which no deadline really passes
BROKEN = "tests/broken_worlds/test_mutations.py"
LOST = "tests/broken_worlds/test_lost_writes.py"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One rule or check, and the world without it."""

    what: str
    file: str
    old: str  # stands there exactly once
    new: str
    tests: tuple[str, ...]  # arguments of pytest

    def __str__(self) -> str:
        return self.what

    def apply(self, tree: Path) -> None:
        """Take it away in this copy of the tree."""
        file = tree / self.file
        text = file.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"{self.file} has changed: write this deletion anew"
        file.write_text(text.replace(self.old, self.new), encoding="utf-8")


RULES_OF_THE_SANDBOX = (
    Deletion(
        "the gateway heeds registrations",
        "sandbox/gateway/decision.py",
        "not self.knobs.ignores_registrations and not self._registered(",
        "False and not self._registered(",
        ONBOARDING,
    ),
    Deletion(
        "the gateway asks the identity provider",
        "sandbox/gateway/decision.py",
        "if self.knobs.ignores_identity_provider:",
        "if True:",
        ONBOARDING,
    ),
    Deletion(
        "the token endpoint compares a registered client's secret",
        "sandbox/curity/runtime/client_authentication.py",
        "if hmac.compare_digest(presented, row.secret_digest):",
        "if True:",
        ONBOARDING,
    ),
    Deletion(
        "only the initial client gets a dcr token",
        "sandbox/curity/runtime/token_endpoint.py",
        "return registration is not None and caller.id in registration.registrants",
        "return registration is not None",
        ("tests/sandbox/curity_runtime/test_token_endpoint.py",),
    ),
    Deletion(
        "a commit that breaks a rule of the model is refused",
        "sandbox/curity/datastore.py",
        "raise self._problem(violation)",
        "continue",
        ("tests/sandbox/curity/test_samples.py",),
    ),
)
CHECKS_OF_OURS = (
    Deletion(
        "smoke test: without credentials nobody gets in",
        "dcr/stages/smoke_test.py",
        "found += (self._refusal(api, Wrong.NOTHING, None), self._access(api))",
        "found += (self._access(api), self._access(api))",
        (BROKEN, "-k", "open or sync_error"),
    ),
    Deletion(
        "smoke test: a wrong secret is refused",
        "dcr/stages/smoke_test.py",
        "(Wrong.SECRET, wrong_secret), ",
        "",
        (BROKEN, "-k", "ignores_identity_provider or accept_any_secret"),
    ),
    Deletion(
        "smoke test: an unknown client is refused",
        "dcr/stages/smoke_test.py",
        ", (Wrong.CLIENT, stranger)):",
        ",):",
        (BROKEN, "-k", "accepts_any_id"),
    ),
    Deletion(
        "smoke test: an application gets in nowhere else",
        "dcr/stages/smoke_test.py",
        "return (*found, self._elsewhere(elsewhere)) if elsewhere else tuple(found)",
        "return tuple(found)",
        (BROKEN, "-k", "ignores_registrations"),
    ),
    Deletion(
        "before its registration an application is refused",
        "dcr/stages/registrations.py",
        "claims = _before(run, {**facts, **others}, application, found)",
        "claims = ()",
        (BROKEN, "-k", "ignores_registrations"),
    ),
    Deletion(
        "smoke test: the token's subject is the client",
        "dcr/stages/smoke_test.py",
        "if seen.subject == credentials.username:",
        "if True:",
        (BROKEN, "-k", "foreign_subject"),
    ),
    Deletion(
        "what Curity took is read back",
        "dcr/stages/curity_settings.py",
        "_require_taken(stage, _compared(run, compare))",
        "",
        (BROKEN, "-k", "change_nothing or ignore_"),
    ),
    Deletion(
        "what Konnect took is read back",
        "dcr/stages/shared_object.py",
        "if lost:",
        "if False:",
        (BROKEN, "-k", "forgets_labels"),
    ),
    Deletion(
        "an application that was asked for by id is that one",
        "dcr/portal/applications.py",
        "if found.id != application_id:",
        "if False:",
        (BROKEN, "-k", "returns_anothers"),
    ),
    Deletion(
        "what Vault took is read back",
        "dcr/vault/client.py",
        "if kept.version < written or (kept.version == written and not _same(kept.values or {}, payload)):",
        "if False:",
        (LOST,),
    ),
)
DELETIONS = (*RULES_OF_THE_SANDBOX, *CHECKS_OF_OURS)
