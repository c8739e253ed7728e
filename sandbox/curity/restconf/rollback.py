"""The action that goes back to an earlier configuration.

Source: docs/vendors/curity.md, RESTCONF edits: `POST …/data/tailf-rollback:rollback-files/apply-rollback-file`, body
`{"input": {"fixed-number": 10002}}`, answered with 204. The id comes from an edit with `rollback-id=true`.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from sandbox.curity import problems
from sandbox.curity.datastore import Datastore
from sandbox.curity.restconf.requests import Encoding, Request
from sandbox.curity.restconf.validators import validators

ROLLBACK_ACTION = "tailf-rollback:rollback-files/apply-rollback-file"


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    fixed_number: int = Field(alias="fixed-number")


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    input: _Input


def apply_rollback(request: Request, datastore: Datastore) -> Response:
    """Apply the rollback file that the body names.

    Raises:
        Problem: the server has no such action, the body is not its input, or no such file is kept.
    """
    if datastore.readings["curity.rollback-id"] == "refused":
        raise problems.absent()
    if request.method != "POST":
        raise problems.method_not_allowed("POST")
    if request.body_encoding() is not Encoding.JSON:
        raise problems.media_type(request.media_type)
    try:
        body = _Body.model_validate_json(request.body)
    except ValidationError:
        raise problems.malformed("expected an input with fixed-number") from None
    datastore.roll_back(body.input.fixed_number)
    return Response(status_code=204, headers=validators(datastore))
