"""The initial world: one control plane with two services, two APIs, a portal with a service developer, and things of others."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.konnect.state import (
    Api,
    Application,
    ControlPlane,
    Developer,
    Implementation,
    Organization,
    Portal,
    Provider,
    Publication,
    Route,
    Service,
    Strategy,
    Team,
)

PORTAL_NAME = "acme-portal"
DEVELOPER_EMAIL = "service-developer@acme.example"
ROUTES = {"Orders": "/orders", "Payments": "/payments"}


@dataclass(frozen=True, slots=True)
class Seed:
    """What the initial world is made with; the same at each reset."""

    token: str
    developer_password: str

    def __call__(self, org: Organization) -> None:
        """Fill an empty organisation."""
        org.tokens.add(self.token)
        plane = org.add(ControlPlane(org.new_id(), name="acme"))
        for name, path in ROUTES.items():
            service = org.add(Service(org.new_id(), name=name.lower(), control_plane_id=plane.id))
            org.add(Route(org.new_id(), name=name.lower(), service_id=service.id, paths=(path,)))
            api = org.add(Api(org.new_id(), name=name, version="v1", slug=f"{name.lower()}-v1"))
            org.add(Implementation(org.new_id(), api_id=api.id, control_plane_id=plane.id, service_id=service.id))
        portal = org.add(Portal(org.new_id(), name=PORTAL_NAME, display_name="Acme Portal"))
        developer = Developer(org.new_id(), portal_id=portal.id, email=DEVELOPER_EMAIL, full_name="Acme service developer")
        developer.password = self.developer_password
        org.add(developer)
        team = Team(org.new_id(), portal_id=portal.id, name="Acme integrators", description="Owns things together")
        team.developer_ids.append(developer.id)
        org.add(team)
        _things_of_others(org)
        _another_organization(org)


def _things_of_others(org: Organization) -> None:
    """In the same region: what is not ours stays as it is."""
    okta = Provider(org.new_id(), name="okta-partners", provider_type="okta", issuer="https://partners.okta.example/oauth2/default")
    org.add(okta)
    config = {
        "issuer": okta.issuer,
        "credential_claim": ["client_id"],
        "scopes": ["partners"],
        "auth_methods": ["client_credentials", "bearer"],
    }
    strategy = org.add(Strategy(org.new_id(), name="partners", display_name="Partners", configs=config, provider_id=okta.id))
    portal = org.add(Portal(org.new_id(), name="partner-portal", display_name="Partner Portal"))
    owner = org.add(Developer(org.new_id(), portal_id=portal.id, email="dev@partner.example", full_name="Partner developer"))
    api = org.add(Api(org.new_id(), name="Partners", version=None, slug="partners"))
    org.add(Publication(org.new_id(), api_id=api.id, portal_id=portal.id, strategy_ids=[strategy.id]))
    org.add(
        Application(
            org.new_id(),
            portal_id=portal.id,
            name="orders-client",
            owner_id=owner.id,
            strategy_id=strategy.id,
            client_id="0oa1partner",
        )
    )


def _another_organization(org: Organization) -> None:
    """In the same region too, and none of anybody's business here: no list shows it."""
    org.add(Portal(org.new_id(), foreign=True, name="elsewhere", display_name="Elsewhere"))
    org.add(Provider(org.new_id(), foreign=True, name="elsewhere", issuer="https://elsewhere.example/oauth"))
    org.add(Strategy(org.new_id(), foreign=True, name="elsewhere", display_name="Elsewhere"))
    org.add(Api(org.new_id(), foreign=True, name="Elsewhere", slug="elsewhere"))
