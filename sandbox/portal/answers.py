"""Objects as the Dev Portal prints them for a developer. Source: reference/konnect.md section 6."""

from __future__ import annotations

from typing import Any

from sandbox.konnect.answers import short_strategy
from sandbox.konnect.state import Api, Application, Developer, Organization, Publication, Registration, Strategy

Row = dict[str, Any]


def strategy(thing: Strategy) -> Row:
    """An auth strategy a developer may choose."""
    return {**short_strategy(thing), "supports_multiple_credentials": False}


def application(org: Organization, thing: Application) -> Row:
    """An application, without its secret."""
    of_strategy = org.find(Strategy, thing.strategy_id)
    row: Row = {
        "id": thing.id,
        "name": thing.name,
        "description": thing.description,
        "redirect_uri": thing.redirect_uri,
        "client_id": thing.client_id,
        "created_at": thing.created_at,
        "updated_at": thing.updated_at,
    }
    row |= {"auth_strategy": strategy(of_strategy)} if of_strategy else {}
    return row | ({"team_id": thing.owner_id} if thing.owner_type == "team" else {})


def registration(org: Organization, thing: Registration) -> Row:
    """A registration of one's own application."""
    of_api = org.find(Api, thing.api_id)
    return {
        "id": thing.id,
        "created_at": thing.created_at,
        "updated_at": thing.updated_at,
        "status": thing.status,
        "api_name": of_api.name if of_api else "",
        "api_id": thing.api_id,
        "api_slug": of_api.slug if of_api else "",
        "application_id": thing.application_id,
    }


def api(org: Organization, thing: Api, publication: Publication) -> Row:
    """An API in the portal's catalogue."""
    found = [org.find(Strategy, one) for one in publication.strategy_ids or []]
    return {
        "id": thing.id,
        "created_at": thing.created_at,
        "updated_at": thing.updated_at,
        "name": thing.name,
        "version": thing.version,
        "description": thing.description,
        "visibility": publication.visibility,
        "slug": thing.slug,
        "auth_strategies": [short_strategy(one) for one in found if one],
        "specifications": [],
        "current_version_summary": None,
        "attributes": {},
    }


def developer(thing: Developer) -> Row:
    """Oneself."""
    return {
        "id": thing.id,
        "email": thing.email,
        "full_name": thing.full_name,
        "created_at": thing.created_at,
        "updated_at": thing.updated_at,
    }
