"""The kinds of values in request bodies, as the OpenAPI documents limit them. Source: docs/vendors/konnect.md, Errors, Labels."""

from __future__ import annotations

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

LABEL_KEY = re.compile(r"(?!kong|konnect|mesh|kic|_).{1,63}", re.DOTALL)
LABEL_VALUE = re.compile(r"[a-z0-9A-Z]([a-z0-9A-Z\-._]*[a-z0-9A-Z])?")
UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
URL = re.compile(r"https?://[^\s/?#]+[^\s]*")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def is_uuid(value: str) -> bool:
    """Whether it is a UUID in its only usual form."""
    return UUID_FORM.fullmatch(value) is not None


def _uuid(value: str) -> str:
    if not is_uuid(value):
        raise PydanticCustomError("is_uuid", "must be a valid UUID")
    return str(UUID(value))


def _matching(pattern: re.Pattern[str], rule: str, words: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise PydanticCustomError(rule, words)
        return value

    return AfterValidator(check)


def _label_keys(labels: dict[str, Any]) -> dict[str, Any]:
    wrong = [key for key in labels if not LABEL_KEY.fullmatch(key)]
    if wrong:
        raise PydanticCustomError("is_label", "label keys have 1 to 63 characters and no reserved prefix")
    return labels


def _not_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("type", "must not be null")
    return value


Uuid = Annotated[str, AfterValidator(_uuid)]
Url = Annotated[str, Field(max_length=256), _matching(URL, "invalid", "must be a URL")]
Uri = Annotated[str, _matching(URI, "invalid", "must be a URI")]
Email = Annotated[str, Field(max_length=255), _matching(EMAIL, "invalid", "must be an e-mail address")]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Text255 = Annotated[str, Field(max_length=255)]
Text256 = Annotated[str, Field(max_length=256)]
Label = Annotated[str, Field(min_length=1, max_length=63), _matching(LABEL_VALUE, "is_label", "is no label value")]
Labels = Annotated[dict[str, Label], Field(max_length=50), AfterValidator(_label_keys)]
LabelsUpdate = Annotated[dict[str, Label | None], Field(max_length=50), AfterValidator(_label_keys)]
Flag = Annotated[bool, Field(strict=True)]
Present = BeforeValidator(_not_null)
"""For a member that may be left out and may not be null."""


class Body(BaseModel):
    """A closed object; `model_fields_set` tells what was sent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
