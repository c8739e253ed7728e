"""Rules of the sandbox: without one of them it would let pass what the real systems refuse."""

from __future__ import annotations

from tests.mutants.deletion import Deletion

ONBOARDING = ("tests/readings/test_alone.py", "-k", "curity.expires-in")  # a whole one, in which no deadline really passes
RUN_TIME = "tests/sandbox/curity_runtime"

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
    Deletion(
        "a registration takes a dcr token",
        "sandbox/curity/runtime/registration.py",
        "if REGISTRATION_SCOPE not in found.scopes:",
        "if False:",
        (f"{RUN_TIME}/test_registration.py",),
    ),
    Deletion(
        "a dcr token registers one client",
        "sandbox/curity/runtime/registration.py",
        "    if initial:\n        node.tokens.remove(initial.text)\n    row, shown",
        "    row, shown",
        (f"{RUN_TIME}/test_registration.py",),
    ),
    Deletion(
        "RESTCONF wants its user's password",
        "sandbox/curity/restconf/access.py",
        "hmac.compare_digest(expected.encode(), password.encode())",
        "True",
        ("tests/sandbox/curity/test_access.py",),
    ),
    Deletion(
        "a body is checked by its types before it meets the configuration",
        "sandbox/curity/configuration/body_checks.py",
        'self.check(child, child_node, f"{path}/{self._name(child, node)}")',
        "",
        ("tests/sandbox/curity/test_bodies.py",),
    ),
    Deletion(
        "Konnect wants a token",
        "sandbox/konnect/app.py",
        'if scheme.lower() != "bearer" or not known:',
        'if scheme.lower() != "bearer":',
        ("tests/sandbox/konnect/test_requests.py",),
    ),
    Deletion(
        "Konnect refuses members that its documents do not have",
        "sandbox/konnect/fields.py",
        'extra="forbid"',
        'extra="ignore"',
        ("tests/sandbox/konnect/test_requests.py",),
    ),
    Deletion(
        "Konnect keeps a client id out where it has a provider",
        "sandbox/konnect/applications.py",
        "if provider and client_id:",
        "if False:",
        ("tests/sandbox/konnect/test_applications.py",),
    ),
    Deletion(
        "the portal wants a developer's password",
        "sandbox/portal/session.py",
        "if found is None or not found.password or not good:",
        "if found is None:",
        ("tests/sandbox/portal/test_session.py",),
    ),
    Deletion(
        "the portal shows nobody another developer's application",
        "sandbox/portal/applications.py",
        "if not owned(self.service, self.session, developer, found):",
        "if False:",
        ("tests/sandbox/portal/test_applications.py",),
    ),
    Deletion(
        "the gateway verifies a token's signature",
        "sandbox/gateway/tokens.py",
        'options={"verify_aud": False}',
        'options={"verify_aud": False, "verify_signature": False}',
        ("tests/sandbox/gateway/test_tokens.py",),
    ),
)
