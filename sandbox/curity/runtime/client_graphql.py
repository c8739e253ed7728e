"""The GraphQL API over registered clients, below the DCR endpoint: list, read, change the status; it cannot delete.

Source: docs/vendors/curity.md, Client GraphQL, Removal.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, graphql_sync
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from sandbox.curity.runtime import errors
from sandbox.curity.runtime.client_graphql_schema import NAMES, schema_of
from sandbox.curity.runtime.node import JSON, Call, Node
from sandbox.curity.runtime.registered_clients import RegisteredClient
from sandbox.curity.runtime.registration import answer
from sandbox.curity.runtime.view import Endpoint, Profile

GRAPHQL_PATH = "/graphql"
PAGE_DEFAULT = 20
UNHEARD_REQUESTS = 2  # how many token requests an inactive client still gets through, under that reading
Row = dict[str, Any]


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = Field(default=None, alias="operationName")


def serve_graphql(node: Node, profile: Profile, endpoint: Endpoint, call: Call) -> Response:
    """Answer one request. By POST only: mutations by GET are off since 11.0.

    Raises:
        errors.Refused: no authorization manager, or not a token that it lets in.
    """
    _require_access(node, profile, call)
    if call.method != "POST":
        raise errors.method_not_allowed()
    if call.media_type != JSON:
        raise errors.unsupported_media_type(JSON)
    try:
        request = _Request.model_validate_json(call.body)
    except ValidationError:
        return JSONResponse({"errors": [{"message": "the body is no GraphQL request"}]}, 400, errors.NO_STORE)
    names = NAMES[node.readings["curity.graphql-operations"]]
    clients = _Clients(node, profile, endpoint)
    root = {names.one: clients.one, names.all: clients.all, names.set_status: clients.set_status}
    schema, text = schema_of(names), request.query
    result = graphql_sync(schema, text, root, variable_values=request.variables, operation_name=request.operation_name)
    return JSONResponse(result.formatted, headers=errors.NO_STORE)


def _require_access(node: Node, profile: Profile, call: Call) -> None:
    if not profile.authorization_manager:
        raise errors.no_authorization_manager(node.readings)
    text = call.bearer()
    access = node.tokens.find(text, node.now()) if text else None
    if access is None or access.profile != profile.id:
        raise errors.invalid_token()
    if node.knobs.graphql_scope not in access.scopes:
        raise errors.insufficient_scope()


@dataclass(frozen=True, slots=True)
class _Clients:
    """The resolvers, for the registered clients of one profile."""

    node: Node
    profile: Profile
    endpoint: Endpoint

    def one(self, _info: GraphQLResolveInfo[Any], id: str) -> Row | None:
        """One client, whatever its status."""
        row = self._find(id)
        return self._shown(row) if row else None

    def all(self, _info: GraphQLResolveInfo[Any], **given: Any) -> Row:
        """A page: by cursor, oldest first unless asked otherwise. No filter by name, by initial client, or by property."""
        if self.node.readings["curity.graphql-listing"] == "refused":
            raise GraphQLError("The data source cannot list clients: table scans are not allowed.")
        rows = self._matching(given)
        size = given.get("first") or PAGE_DEFAULT
        begin = _after(rows, given.get("after") or given.get("cursor"))
        edges = [{"cursor": _cursor(row), "node": self._shown(row)} for row in rows[begin : begin + size]]
        info = {"hasNextPage": begin + size < len(rows), "endCursor": edges[-1]["cursor"] if edges else None}
        return {"edges": edges, "pageInfo": info, "totalCount": len(rows)}

    def set_status(self, _info: GraphQLResolveInfo[Any], input: Mapping[str, Any]) -> Row | None:
        """Null for a client that is not there."""
        row = self._find(input["client_id"])
        if row is None:
            return None
        late = self.node.readings["curity.client-status"] == "late" and row.status == "active"
        changed = replace(row, status=input["status"], unheard_for=UNHEARD_REQUESTS if late else 0)
        self.node.clients.save(changed)
        if changed.status != "active" and self.node.readings["curity.client-status-issued"] == "ended":
            self.node.tokens.remove_of(row.client_id)
        return {"client": self._shown(changed)}

    def _find(self, client_id: str) -> RegisteredClient | None:
        row = self.node.clients.get(client_id)
        return row if row and row.profile == self.profile.id else None

    def _matching(self, given: Mapping[str, Any]) -> list[RegisteredClient]:
        # Nobody here registers by a template or as a user, so either filter leaves nothing.
        if given.get("templateId") is not None or given.get("username") is not None:
            return []
        rows = [row for row in self.node.clients.all() if row.profile == self.profile.id]
        kept = [row for row in rows if row.status == "active" or not given.get("activeClientsOnly")]
        newest_first = (given.get("sorting") or {}).get("sortOrder") == "DESCENDING"
        return sorted(kept, key=lambda row: row.issued_at, reverse=newest_first)

    def _shown(self, row: RegisteredClient) -> Row:
        """As a registration is answered, without credentials and without who registered it."""
        more = {"status": row.status, "properties": dict(row.properties), "authenticated_user": None, "software_id": None}
        return {**answer(self.node, self.profile, self.endpoint, row), **more}


def _cursor(row: RegisteredClient) -> str:
    return base64.urlsafe_b64encode(row.client_id.encode()).decode()


def _after(rows: Sequence[RegisteredClient], cursor: str | None) -> int:
    if cursor is None:
        return 0
    for place, row in enumerate(rows, start=1):
        if _cursor(row) == cursor:
            return place
    raise GraphQLError("The cursor is not valid.")
