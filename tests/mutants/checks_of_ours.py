"""Checks of ours, those of the smoke test first: without one of them a broken world would pass."""

from __future__ import annotations

from tests.mutants.deletion import Deletion

BROKEN = "tests/broken_worlds/test_mutations.py"
CLOSED = "tests/unit/steps/smoke_test/test_closed_routes.py"
LOST = "tests/broken_worlds/test_lost_writes.py"

CHECKS_OF_OURS = (
    Deletion(
        "smoke test: without credentials nobody gets in",
        "dcr/steps/smoke_test/smoke_test.py",
        "closed = self._refusal(api, Wrong.NOTHING, None)",
        "closed = _claim(_is_refused(api, Wrong.NOTHING), Verdict.OK, '')",
        (BROKEN, "-k", "open or sync_error"),
    ),
    Deletion(
        "smoke test: credentials wait for a refusal without them",
        "dcr/steps/smoke_test/closed_routes.py",
        "if not is_closed(answer):",
        "if False:",
        (CLOSED,),
    ),
    Deletion(
        "smoke test: another try looks whether the route is still closed",
        "dcr/steps/smoke_test/closed_routes.py",
        "if not settled(answer):",
        "if False:",
        (CLOSED,),
    ),
    Deletion(
        "smoke test: credentials go to routes of the API's own service only",
        "dcr/steps/smoke_test/closed_routes.py",
        "if api.label not in self._ctx.facts.routed:",
        "if False:",
        (CLOSED,),
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
        "found += self._elsewhere(api)",
        "pass",
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
