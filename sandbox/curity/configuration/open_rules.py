"""Rules of which it is open whether a server enforces them at commit; each is tied to its fact in `sandbox/readings.toml`.

The fact's reading is `refused` or `accepted`. Source: docs/vendors/curity.md, DCR settings, Endpoints and service roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_PROFILE = "/profiles/profile"
_AUTHORIZATION_SERVER = f"{_PROFILE}/settings/authorization-server"
NON_TEMPLATIZED = f"{_AUTHORIZATION_SERVER}/dynamic-client-registration/non-templatized"

# Rules that the modules have, by the path of their node.
FACT_OF_RULE = {f"{NON_TEMPLATIZED}/authenticate-client-by": "curity.registrant-without-client-credentials"}


@dataclass(frozen=True, slots=True)
class ExtraRule:
    """A rule that the modules do not have."""

    path: str
    expression: str
    message: str
    fact: str


def _capability_within_profile(name: str) -> ExtraRule:
    return ExtraRule(
        f"{NON_TEMPLATIZED}/capabilities/{name}",
        f"../../../../profile-oauth:client-capabilities/profile-oauth:{name}",
        f"capability {name} is not enabled in the profile",
        "curity.dcr-capability-beyond-profile",
    )


# What a registered client can be given.
REGISTRABLE_CAPABILITIES = (
    "code",
    "implicit",
    "resource-owner-password-credentials",
    "client-credentials",
    "assisted-token",
    "device-authorization",
    "backchannel-authentication",
)

EXTRA_RULES = (
    *(_capability_within_profile(name) for name in REGISTRABLE_CAPABILITIES),
    ExtraRule(
        f"{_PROFILE}/endpoints/endpoint",
        "count(/base:profiles/base:profile/base:endpoints/base:endpoint[base:id = $current/base:id]) = 1",
        "the endpoint id is taken by another profile",
        "curity.endpoint-id-in-two-profiles",
    ),
)


class AllEnforced(Mapping[str, str]):
    """Readings under which every rule holds."""

    def __getitem__(self, _fact: str) -> str:
        return "refused"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
