"""Curity's run time: whose metadata, which token, and does it verify.

Source: docs/vendors/curity.md, Metadata, Token requests.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
import respx

from dcr.curity.runtime.oauth import OAuth, metadata_url
from dcr.errors import CheckFailed, DcrError, Missing, Passing, Refused
from dcr.secret import Secret
from tests.unit.curity.runtime.tokens import SigningKey, rsa_key

ISSUER = "https://curity.test/oauth/v2/oauth-anonymous"
URL = f"{ISSUER}/.well-known/openid-configuration"
TOKEN_ENDPOINT, JWKS = "https://curity.test/oauth/v2/oauth-token", f"{ISSUER}/jwks"
DOCUMENT = {"issuer": ISSUER, "token_endpoint": TOKEN_ENDPOINT, "jwks_uri": JWKS, "scopes_supported": ["openid"]}
KEY, RSA = SigningKey(), rsa_key()


@pytest.fixture
def oauth() -> Iterator[OAuth]:
    with respx.mock, httpx.Client() as client:
        yield OAuth(client, ("curity.test:443",))


def test_metadata_is_asked_for_past_caches_and_read(oauth: OAuth) -> None:
    route = respx.get(URL).respond(json=DOCUMENT | {"registration_endpoint": "https://curity.test/token-service/oauth-registration"})
    found = oauth.metadata(ISSUER)
    assert (found.token_endpoint, found.jwks_uri) == (TOKEN_ENDPOINT, JWKS)
    assert found.registration_endpoint == "https://curity.test/token-service/oauth-registration"
    assert route.calls[0].request.headers["Cache-Control"] == "no-cache"


def test_without_dynamic_registration_there_is_no_endpoint(oauth: OAuth) -> None:
    respx.get(URL).respond(json=DOCUMENT)
    assert oauth.metadata(metadata_url(ISSUER)).registration_endpoint is None


@pytest.mark.parametrize(
    ("answer", "kind", "words", "reason"),
    [
        (httpx.Response(200, json=DOCUMENT | {"issuer": "https://evil.test"}), Refused, "says its issuer is", "another issuer's document"),
        (httpx.Response(200, json=DOCUMENT | {"issuer": ISSUER + "/"}), Refused, "says its issuer is", "RFC 8414: the same, to the letter"),
        (httpx.Response(200, json=DOCUMENT | {"token_endpoint": "https://evil.test/t"}), Refused, "evil.test:443", "a foreign endpoint"),
        (httpx.Response(200, json=DOCUMENT | {"registration_endpoint": "https://evil.test/r"}), Refused, "evil.test:443", "a foreign one"),
        (httpx.Response(200, json={"issuer": ISSUER}), Refused, "lacks jwks_uri, token_endpoint", "an unfinished document"),
        (httpx.Response(200, html="<html>log in</html>"), Refused, "no JSON", "a proxy's page"),
        (httpx.Response(404), Missing, "is not there", "not exposed or not deployed"),
        (httpx.Response(503, headers={"Retry-After": "2"}), Passing, "503", "a node that starts"),
        (httpx.Response(502, html="<html>"), Passing, "502", "a proxy without a node: reading again is safe"),
        (httpx.Response(302, headers={"Location": "https://evil.test"}), Refused, "redirect", "redirects are never followed"),
    ],
)
def test_metadata_that_cannot_be_used_says_why(oauth: OAuth, answer: httpx.Response, kind: type[DcrError], words: str, reason: str) -> None:
    respx.get(URL).mock(return_value=answer)
    with pytest.raises(kind, match=words):
        oauth.metadata(ISSUER)
        pytest.fail(reason)


def test_a_token_is_asked_for_by_client_credentials_in_the_header(oauth: OAuth) -> None:
    route = respx.post(TOKEN_ENDPOINT).respond(
        json={"access_token": "_0XBPWQQ_x", "token_type": "bearer", "expires_in": 299, "scope": "a b"}
    )
    token = oauth.token(TOKEN_ENDPOINT, "client:1", Secret("s/3+cret"), "a b")
    request = route.calls[0].request
    assert parse_qs(request.content.decode()) == {"grant_type": ["client_credentials"], "scope": ["a b"]}
    # RFC 6749 section 2.3.1: form-encoded before they are joined, or the colon in the id would move the border
    assert base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")) == b"client%3A1:s%2F3%2Bcret"
    assert (token.expires_in, token.scope, token.evidence.status) == (299, "a b", 200)
    assert "_0XBPWQQ_x" not in repr(token)


def test_without_scopes_none_is_asked_for(oauth: OAuth) -> None:
    route = respx.post(TOKEN_ENDPOINT).respond(json={"access_token": "x"})
    assert oauth.token(TOKEN_ENDPOINT, "c", Secret("s")).expires_in is None
    assert b"scope" not in route.calls[0].request.content


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"error": "invalid_client"}, Refused, "another secret"),
        (401, {"error": "invalid_client", "error_description": "no such client"}, Refused, "no such client"),
        (400, {"error": "invalid_scope"}, Refused, "scopes"),
        (400, {"error": "unauthorized_client"}, Refused, "client-credentials"),
        (400, {"error": "unsupported_grant_type"}, Refused, "client-credentials"),
        (403, {"error": "access_denied"}, Refused, "log"),
        (400, ["odd"], Refused, "400"),
        (429, {}, Passing, "429"),
        (503, {}, Passing, "503"),
        (500, {}, Passing, "500"),
        (200, {"token_type": "bearer"}, Refused, "lacks access_token"),
    ],
)
def test_a_refused_token_names_what_to_change(oauth: OAuth, status: int, body: Any, kind: type[DcrError], words: str) -> None:
    respx.post(TOKEN_ENDPOINT).respond(status, json=body)
    with pytest.raises(kind, match=words) as raised:
        oauth.token(TOKEN_ENDPOINT, "c", Secret("s3cret"))
    assert "s3cret" not in str(raised.value)


def test_a_lost_token_may_be_asked_for_again(oauth: OAuth) -> None:
    respx.post(TOKEN_ENDPOINT).mock(side_effect=httpx.ReadTimeout)
    with pytest.raises(Passing):
        oauth.token(TOKEN_ENDPOINT, "c", Secret("s"))


def test_a_long_description_is_cut(oauth: OAuth) -> None:
    respx.post(TOKEN_ENDPOINT).respond(400, json={"error": "invalid_scope", "error_description": "x" * 5000})
    with pytest.raises(Refused) as raised:
        oauth.token(TOKEN_ENDPOINT, "c", Secret("s"))
    assert len(str(raised.value)) < 600


@pytest.mark.parametrize("key", [KEY, RSA], ids=["ES256", "RS256"])
def test_a_token_signed_by_the_issuer_verifies(oauth: OAuth, key: SigningKey) -> None:
    respx.get(JWKS).respond(json={"keys": [SigningKey("other").jwk(), KEY.jwk(), RSA.jwk()]})
    claims = oauth.verify_jwt(Secret(key.token(ISSUER, "client-1")), JWKS, ISSUER)
    assert claims["sub"] == "client-1"


def test_a_token_that_names_no_key_is_tried_with_each(oauth: OAuth) -> None:
    respx.get(JWKS).respond(json={"keys": [SigningKey("other").jwk(), KEY.jwk()]})
    token = jwt.encode({"iss": ISSUER, "sub": "c", "exp": 4102444800}, KEY.private, algorithm="ES256")
    assert oauth.verify_jwt(Secret(token), JWKS, ISSUER)["sub"] == "c"


@pytest.mark.parametrize(
    ("token", "words", "reason"),
    [
        ("_0XBPWQQ_48c7a1f1-0000", "opaque", "access-token-as-jwt is off"),
        (KEY.token("https://evil.test", "c"), "InvalidIssuerError", "another issuer's"),
        (KEY.token(ISSUER, "c", exp=1), "ExpiredSignatureError", "expired"),
        (KEY.token(ISSUER, "c", nbf=4102444800), "ImmatureSignatureError", "not yet valid"),
        (KEY.token(ISSUER, "c", sub=None), "MissingRequiredClaimError", "without a subject"),
        (SigningKey().token(ISSUER, "c"), "InvalidSignatureError", "signed by somebody else under our key's name"),
        (SigningKey("unknown").token(ISSUER, "c"), "does not hold", "signed by a key that the JWKS lacks"),
        (jwt.encode({"iss": ISSUER, "sub": "c", "exp": 4102444800}, "", algorithm="none"), "does not verify", "not signed at all"),
    ],
)
def test_a_token_that_proves_nothing_is_told_apart(oauth: OAuth, token: str, words: str, reason: str) -> None:
    respx.get(JWKS).respond(json={"keys": [KEY.jwk()]})
    with pytest.raises(CheckFailed, match=words) as raised:
        oauth.verify_jwt(Secret(token), JWKS, ISSUER)
    assert token not in str(raised.value), reason


def test_a_public_key_is_no_shared_secret(oauth: OAuth) -> None:
    """The old trick: sign by HS256 with the public key, which everybody knows."""
    respx.get(JWKS).respond(json={"keys": [RSA.jwk()]})
    forged = jwt.encode({"iss": ISSUER, "sub": "c", "exp": 4102444800}, "x" * 40, algorithm="HS256", headers={"kid": "rsa-1"})
    with pytest.raises(CheckFailed):
        oauth.verify_jwt(Secret(forged), JWKS, ISSUER)


@pytest.mark.parametrize("body", [{"keys": []}, {}, [], "x", {"keys": [{"kty": "odd"}]}])
def test_keys_that_cannot_be_used_are_named(oauth: OAuth, body: Any) -> None:
    respx.get(JWKS).respond(json=body)
    with pytest.raises(CheckFailed):
        oauth.verify_jwt(Secret(KEY.token(ISSUER, "c")), JWKS, ISSUER)
