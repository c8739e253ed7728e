"""Checks of ours, those of the smoke test first: without one of them a broken world would pass."""

from __future__ import annotations

from tests.mutants.deletion import Deletion

BROKEN = "tests/broken_worlds/test_mutations.py"
LOST = "tests/broken_worlds/test_lost_writes.py"

CHECKS_OF_OURS = (
    Deletion(
        "smoke test: without credentials nobody gets in",
        "dcr/steps/smoke_test/smoke_test.py",
        "found += (self._refusal(api, Wrong.NOTHING, None), self._access(api))",
        "found += (self._access(api), self._access(api))",
        (BROKEN, "-k", "open or sync_error"),
    ),
    Deletion(
        "smoke test: a wrong secret is refused",
        "dcr/steps/smoke_test/smoke_test.py",
        "(Wrong.SECRET, wrong_secret), ",
        "",
        (BROKEN, "-k", "ignores_identity_provider or accept_any_secret"),
    ),
    Deletion(
        "smoke test: an unknown client is refused",
        "dcr/steps/smoke_test/smoke_test.py",
        ", (Wrong.CLIENT, stranger)):",
        ",):",
        (BROKEN, "-k", "accepts_any_id"),
    ),
    Deletion(
        "smoke test: an application gets in nowhere else",
        "dcr/steps/smoke_test/smoke_test.py",
        "return (*found, self._elsewhere(elsewhere)) if elsewhere else tuple(found)",
        "return tuple(found)",
        (BROKEN, "-k", "ignores_registrations"),
    ),
    Deletion(
        "before its registration an application is refused",
        "dcr/steps/application/api_registrations.py",
        "claims = before_registration(ctx.knowing(also), application, new[0]) if new else ()",
        "claims = ()",
        (BROKEN, "-k", "ignores_registrations"),
    ),
    Deletion(
        "smoke test: the token's subject is the client",
        "dcr/steps/smoke_test/smoke_test.py",
        "if seen.subject == credentials.username:",
        "if True:",
        (BROKEN, "-k", "foreign_subject"),
    ),
    Deletion(
        "what Curity took is read back",
        "dcr/engine/perform.py",
        "if left:",
        "if left and step.name not in ('curity configuration', 'DCR enablement'):",
        (BROKEN, "-k", "change_nothing or ignore_"),
    ),
    Deletion(
        "what Konnect took is read back",
        "dcr/engine/perform.py",
        "if left:",
        "if left and step.name not in ('DCR provider', 'auth strategy'):",
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
