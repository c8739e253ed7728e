"""A tenant: one portal, its APIs, its applications, who owns them, who asked and why.

It names no platform, so the same file goes from test to production. Its JSON Schema is the form in the Prefect UI, which is why there are
no unions, no optional models and no secrets in it (docs/vendors/prefect.md, Parameter form).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dcr.model.names import Slug
from dcr.model.tenant_rules import inconsistencies

STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

PATH_PATTERN = r"^/[A-Za-z0-9_.~!$&'()*+,;=:@%/-]*$"
REDIRECT_URI_PATTERN = r"^(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1)(:\d+)?)(/[^\s#]*)?$"


class Way(StrEnum):
    """How the application comes to be."""

    PORTAL = "portal"
    IMPORT = "import"


class OwnerType(StrEnum):
    """Who owns the applications in the portal."""

    DEVELOPER = "developer"
    TEAM = "team"


class RegistrationApproval(StrEnum):
    """Who approves the applications' registrations for the APIs."""

    AUTOMATIC = "automatic"
    BY_THIS_RUN = "by this run"
    BY_PORTAL_ADMIN = "by a portal admin"


class Method(StrEnum):
    """Methods that prove access without changing anything."""

    GET = "GET"
    HEAD = "HEAD"
    OPTIONS = "OPTIONS"


class Visibility(StrEnum):
    """Who sees the API in the portal."""

    PRIVATE = "private"
    PUBLIC = "public"


class ApiSpec(BaseModel):
    """An API that exists in Konnect, with its implementation link."""

    model_config = STRICT | ConfigDict(title="API")

    name: str = Field(title="API name", description="As in Konnect, for example Orders.", min_length=1, max_length=255)
    version: str = Field(
        default="", title="API version", description="As in Konnect, for example v1. Empty: the API has none.", max_length=255
    )
    method: Method = Field(
        default=Method.GET, title="Method", description="Of the request that proves access. It must not change anything."
    )
    path: str = Field(
        title="Path",
        description="Of the request that proves access, as the gateway sees it, for example /orders.",
        pattern=PATH_PATTERN,
        max_length=1024,
    )

    @property
    def label(self) -> str:
        """Name and version, by which the tenant's other parts and the facts of a run name it."""
        return f"{self.name} {self.version}".strip()


class ApplicationSpec(BaseModel):
    """One application with its own credentials."""

    model_config = STRICT | ConfigDict(title="Application")

    name: Slug = Field(
        title="Application name", description="Also the name of its credentials in Vault: lower-case letters, digits, hyphens."
    )
    description: str = Field(default="", title="Description", description="For the people who see it in the portal.", max_length=255)
    redirect_uri: str = Field(
        title="Redirect URI",
        description="Where an authorization server may send a browser back to: https, or http on localhost.",
        pattern=REDIRECT_URI_PATTERN,
        max_length=1024,
    )
    way: Way = Field(
        default=Way.PORTAL,
        title="Way",
        description="portal: created in the portal as its service developer. import: registered at Curity, where nobody can log in.",
    )
    apis: list[str] = Field(
        default=[], title="APIs", description="Names of the tenant's APIs this application uses. Empty: all of them.", max_length=50
    )


class Tenant(BaseModel):
    """What someone asks for, complete."""

    model_config = STRICT | ConfigDict(title="Tenant")

    slug: Slug = Field(
        title="Short name", description="Of the tenant, as in acme: lower-case letters, digits, hyphens. Part of every path and run name."
    )
    portal: str = Field(
        title="Portal", description="Name of the Dev Portal, which must exist with authentication on.", min_length=1, max_length=255
    )
    apis: Annotated[list[ApiSpec], Field(title="APIs", description="APIs to publish to the portal.", min_length=1, max_length=50)]
    applications: Annotated[
        list[ApplicationSpec], Field(title="Applications", description="Each gets its own credentials.", min_length=1, max_length=50)
    ]
    owner_type: OwnerType = Field(default=OwnerType.DEVELOPER, title="Owner type", description="A developer or a team of the portal.")
    owner: str = Field(title="Owner", description="The developer's e-mail address, or the team's name.", min_length=1, max_length=255)
    registration_approval: RegistrationApproval = Field(
        default=RegistrationApproval.AUTOMATIC,
        title="Registration approval",
        description="automatic: the publication approves. by this run: we approve. by a portal admin: registrations stay pending.",
    )
    visibility: Visibility = Field(default=Visibility.PRIVATE, title="Visibility", description="Of the APIs in the portal.")
    protected: bool = Field(default=False, title="Protected", description="Offboarding is refused while this is on.")
    requested_by: str = Field(title="Requested by", description="Who asked, for the record.", min_length=1, max_length=255)
    ticket: str = Field(default="", title="Ticket", description="Why, for the record: a ticket's number or address.", max_length=255)

    @model_validator(mode="after")
    def _consistent(self) -> Tenant:
        found = inconsistencies(self.model_dump(mode="json"))
        if found:
            raise ValueError("; ".join(str(fault.problem("tenant")) for fault in found))
        return self

    @property
    def leaves(self) -> bool:
        """Whether nothing is asked for any more: no document says that, offboarding does."""
        return not (self.apis or self.applications)

    def application(self, name: str) -> ApplicationSpec:
        """The application of this name, which is one of the tenant's."""
        return next(application for application in self.applications if application.name == name)

    def apis_of(self, application: ApplicationSpec) -> tuple[ApiSpec, ...]:
        """The APIs an application uses; all of the tenant's if it names none."""
        wanted = application.apis
        return tuple(api for api in self.apis if not wanted or api.name in wanted or api.label in wanted)
