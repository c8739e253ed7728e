"""Objects as the Dev Portal prints them for a developer. Source: docs/vendors/konnect.md, Portal applications."""

from __future__ import annotations

from typing import Any

from sandbox.konnect.answers import short_strategy, stamped
from sandbox.konnect.state import Api, Application, Developer, Organization, Publication, Registration, Strategy, Team

Row = dict[str, Any]


def strategy(thing: Strategy) -> Row:
    """An auth strategy a developer may choose."""
    return {**short_strategy(thing), "supports_multiple_credentials": thing.strategy_type == "key_auth"}


def application(org: Organization, thing: Application) -> Row:
    """An application, without its secret."""
    of_strategy = org.find(Strategy, thing.strategy_id)
    row: Row = {**stamped(thing), "name": thing.name, "description": thing.description}
    row |= {"redirect_uri": thing.redirect_uri, "client_id": thing.client_id}
    row |= {"auth_strategy": strategy(of_strategy)} if of_strategy else {}
    row |= {} if thing.scopes is None else {"scopes": thing.scopes}
    return row | ({"team_id": thing.owner_id} if thing.owner_type == "team" else {})


def registration(org: Organization, thing: Registration) -> Row:
    """A registration of one's own application."""
    of_api = org.find(Api, thing.api_id)
    row = {**stamped(thing), "status": thing.status, "api_id": thing.api_id, "application_id": thing.application_id}
    return {**row, "api_name": of_api.name if of_api else "", "api_slug": of_api.slug if of_api else ""}


def api(org: Organization, publication: Publication) -> Row:
    """An API in the portal's catalogue."""
    thing = org.get(Api, publication.api_id)
    found = [org.find(Strategy, one) for one in publication.strategy_ids or []]
    return {
        **stamped(thing),
        "name": thing.name,
        "version": thing.version,
        "description": thing.description,
        "visibility": publication.visibility,
        "slug": thing.slug,
        "auth_strategies": [short_strategy(one) for one in found if one],
        "specifications": [],
        "current_version_summary": None,
        "attributes": dict(thing.attributes),
    }


def developer(thing: Developer) -> Row:
    """Oneself, or someone of one's team."""
    return {**stamped(thing), "email": thing.email, "full_name": thing.full_name}


def team(thing: Team) -> Row:
    """A team one belongs to."""
    return {**stamped(thing), "name": thing.name, "description": thing.description or None}
