"""Curity's GraphQL API over registered clients: who is there, for whoever an authorization manager lets list them. Reads only.

What the operation is called is not published, so the schema is asked for the one that lists the documented type.

Source: docs/vendors/curity.md, Client GraphQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dcr.curity.runtime.oauth import LENIENT, OAuth
from dcr.errors import Passing, Refused, Unknown
from dcr.secret import Secret

SCOPE = "dcrm"
MOST_PAGES, PAGE = 100, 100
CONNECTION = "DynamicallyRegisteredClientConnection"
_SCHEMA = "{ __schema { queryType { fields { name args { name } type { name ofType { name } } } } } }"


class ListedClient(BaseModel):
    """One registered client; the listing has no secret, and does not say who registered it."""

    model_config = LENIENT
    client_id: str = Field(min_length=1, max_length=255)
    client_name: str = ""
    client_id_issued_at: int | None = None  # seconds since 1970
    status: str = ""
    properties: dict[str, Any] | None = None

    def marked(self, name: str) -> str:
        """A member of our own, as its registration gave it; empty if it has none."""
        found = (self.properties or {}).get(name)
        return found if isinstance(found, str) else ""


class _Edge(BaseModel):
    model_config = LENIENT
    node: ListedClient


class _PageInfo(BaseModel):
    model_config = ConfigDict(**LENIENT)
    has_next: bool = Field(alias="hasNextPage")
    end: str | None = Field(default=None, alias="endCursor")


class _ClientPage(BaseModel):
    model_config = LENIENT
    edges: tuple[_Edge, ...]
    info: _PageInfo = Field(alias="pageInfo")


def list_clients(oauth: OAuth, registration_endpoint: str, token: Secret) -> tuple[ListedClient, ...]:
    """Every registered client of the profile, whatever its status.

    Args:
        token: of scope `dcrm`, by a management client.

    Raises:
        Refused: there is no such API, no authorization manager, or it does not let this token list; or the list does not end.
        Passing: nobody could be asked.
    """
    url = f"{registration_endpoint}/graphql"
    operation, cursor = _operation(url, _data(oauth, url, token, _SCHEMA, {}))
    query = (
        f"query ($first: Int, $after: String) {{ {operation}(first: $first, {cursor}: $after, activeClientsOnly: false) "
        "{ edges { node { client_id client_name client_id_issued_at status properties } } pageInfo { hasNextPage endCursor } } }"
    )
    return tuple(_pages(oauth, url, token, query, operation))


def _pages(oauth: OAuth, url: str, token: Secret, query: str, operation: str) -> Iterator[ListedClient]:
    after: str | None = None
    for _ in range(MOST_PAGES):
        data = _data(oauth, url, token, query, {"first": PAGE, "after": after})
        try:
            page = _ClientPage.model_validate(data.get(operation))
        except ValidationError:
            raise _odd(url, "lists clients in another shape than documented") from None
        yield from (edge.node for edge in page.edges)
        if not page.info.has_next or page.info.end is None:
            return
        after = page.info.end
    raise Refused(f"oauth: POST {url}", f"lists more than {MOST_PAGES * PAGE} clients", "Look through them at Curity.")


def _operation(url: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """The query that lists registered clients, and its argument that a page begins after."""
    try:
        for field in data["__schema"]["queryType"]["fields"]:
            if CONNECTION in (field["type"]["name"], (field["type"]["ofType"] or {}).get("name")):
                arguments = {argument["name"] for argument in field["args"]}
                return str(field["name"]), "after" if "after" in arguments else "cursor"
    except (KeyError, TypeError):
        pass
    raise _odd(url, f"has no query for a {CONNECTION}")


def _data(oauth: OAuth, url: str, token: Secret, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    headers = {"Authorization": f"Bearer {token.get_secret_value()}", "Accept": "application/json"}
    try:
        response = oauth.sender.send("POST", url, json={"query": query, "variables": variables}, headers=headers, changes_nothing=True)
    except Unknown as error:  # a query: it changes nothing
        raise Passing(*error.args) from None
    try:
        answer = response.json()
        data, errors = answer.get("data"), answer.get("errors")
    except (ValueError, AttributeError):
        raise _odd(url, "answered with something that is no GraphQL") from None
    if errors or not isinstance(data, dict):
        said = str(errors[0].get("message", ""))[:300] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else ""
        raise Refused(f"oauth: POST {url}", f"does not list clients: {said}", "Curity's data source may not allow it.")
    return data


def _odd(url: str, said: str) -> Refused:
    return Refused(f"oauth: POST {url}", said, "This version of Curity has another API for it; docs/inventory.md says what is expected.")
