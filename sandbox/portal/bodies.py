"""Request bodies of the Dev Portal's API. Source: docs/vendors/konnect.md, Portal applications."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sandbox.konnect.fields import Body, Email, Present, Text255, Uri, Uuid


class SignUp(Body):
    email: Email
    full_name: Annotated[str, Field(min_length=1, max_length=256)]


class Login(Body):
    username: Email
    password: str


class VerifyEmail(Body):
    token: Uuid


class ForgotPassword(Body):
    email: Email


class ResetPassword(Body):
    token: Uuid
    password: str


class CreateApplication(Body):
    name: Text255
    description: Annotated[Text255 | None, Present] = None
    redirect_uri: Annotated[Uri | None, Present] = None
    auth_strategy_id: Uuid | None = None
    client_id: Annotated[Text255 | None, Present] = None
    scopes: Annotated[list[str] | None, Present] = None
    team_id: Uuid | None = None


class UpdateApplication(Body):
    name: Annotated[Text255 | None, Present] = None
    description: Annotated[Text255 | None, Present] = None
    redirect_uri: Uri | None = None
    scopes: Annotated[list[str] | None, Present] = None
    client_id: Annotated[Text255 | None, Present] = None
    team_id: Uuid | None = None


class CreateRegistration(Body):
    api_id: Uuid


class CreateCredential(Body):
    display_name: Annotated[Text255 | None, Present] = None


class UpdateCredential(Body):
    display_name: Text255
