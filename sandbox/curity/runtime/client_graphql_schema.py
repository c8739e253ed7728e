"""The schema of the GraphQL API over registered clients.

The type, its fields and the statuses are published; what the operations are called is open, and a client can ask the schema itself.
Source: docs/vendors/curity.md, Client GraphQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graphql import GraphQLSchema, build_schema


@dataclass(frozen=True, slots=True)
class Names:
    """What the operations are called, and the argument that a page begins after."""

    one: str
    all: str
    set_status: str
    after: str


NAMES = {
    "dynamicallyRegisteredClients": Names(
        "dynamicallyRegisteredClientById", "dynamicallyRegisteredClients", "setDynamicallyRegisteredClientStatusById", "after"
    ),
    "getAllDcrClientsBy": Names("getDcrClientById", "getAllDcrClientsBy", "setDcrClientStatusById", "cursor"),
}

_TYPES = """
scalar Long
scalar Object

"Fields based on the DCR and DCRM responses, of the same names"
type DynamicallyRegisteredClient {
  access_token_ttl: Long
  application_url: String
  authenticated_user: String
  client_id: ID!
  client_id_issued_at: Long
  client_name: String
  client_uri: String
  default_acr_values: [String!]
  grant_types: [String!]!
  post_logout_redirect_uris: [String!]
  "What a response has at its top level beside the members that the server knows"
  properties: Object
  redirect_uris: [String!]!
  refresh_token_ttl: Long
  registration_client_uri: String
  require_proof_key: Boolean
  requires_consent: Boolean
  response_types: [String!]!
  scope: String!
  software_id: String
  status: DynamicallyRegisteredClientStatus!
  subject_type: String!
  token_endpoint_auth_methods: [String!]!
}

enum DynamicallyRegisteredClientStatus { active inactive revoked }
enum SortAttribute { created lastModified }
enum SortOrder { ASCENDING DESCENDING }
input Sorting { sortBy: SortAttribute! sortOrder: SortOrder! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type DynamicallyRegisteredClientEdge { cursor: String! node: DynamicallyRegisteredClient! }
type DynamicallyRegisteredClientConnection {
  edges: [DynamicallyRegisteredClientEdge!]!
  pageInfo: PageInfo!
  totalCount: Long!
}
input SetDynamicallyRegisteredClientStatusInput { client_id: ID! status: DynamicallyRegisteredClientStatus! }
type SetDynamicallyRegisteredClientStatusPayload { client: DynamicallyRegisteredClient! }
"""


@cache
def schema_of(names: Names) -> GraphQLSchema:
    """The schema under one reading of the names."""
    operations = f"""
    type Query {{
      {names.one}(id: ID!): DynamicallyRegisteredClient
      {names.all}(
        templateId: String, username: String, activeClientsOnly: Boolean = true, first: Int, {names.after}: String, sorting: Sorting
      ): DynamicallyRegisteredClientConnection!
    }}
    type Mutation {{
      {names.set_status}(input: SetDynamicallyRegisteredClientStatusInput!): SetDynamicallyRegisteredClientStatusPayload
    }}
    """
    return build_schema(_TYPES + operations)
