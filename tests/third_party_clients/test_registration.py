"""Our registration client against a server that others wrote: RFC 7591 to register, RFC 7592 to remove."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from dcr.curity.runtime.client_registration import ClientRegistration, ClientSpec, RegisteredClient, RegistrationTokenDead
from dcr.errors import Refused
from dcr.secret import Secret

HERE = Path(__file__).parent
INITIAL_TOKEN = "an-initial-access-token"
NODE = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE is None or not (HERE / "node_modules/oidc-provider").is_dir(),
    reason="node or oidc-provider (npm ci in tests/third_party_clients) is not here",
)


@dataclass(frozen=True)
class Stranger:
    """The server's addresses."""

    base: str

    @property
    def endpoint(self) -> str:
        return f"{self.base}/reg"


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    arguments = [NODE or "node", str(HERE / "registration_server.mjs"), INITIAL_TOKEN]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        port = process.stdout.readline().strip()
        yield Stranger(f"http://127.0.0.1:{port}")
        process.stdin.close()


@pytest.fixture
def registration() -> Iterator[ClientRegistration]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield ClientRegistration(client, ("127.0.0.1:*",))


WANTED = ClientSpec("orders-client", ("https://orders.acme.example/callback",))


def token_request(stranger: Stranger, client: RegisteredClient) -> httpx.Response:
    assert client.client_secret is not None
    pair = (client.client_id, client.client_secret.get_secret_value())
    return httpx.post(f"{stranger.base}/token", data={"grant_type": "client_credentials"}, auth=pair, trust_env=False)


def test_a_client_is_registered_and_its_credentials_get_a_token(stranger: Stranger, registration: ClientRegistration) -> None:
    client = registration.register(stranger.endpoint, Secret(INITIAL_TOKEN), WANTED)
    assert client.shortfalls(WANTED) == ()
    assert token_request(stranger, client).status_code == 200


def test_a_removed_client_is_gone_and_removing_it_again_is_no_failure(stranger: Stranger, registration: ClientRegistration) -> None:
    client = registration.register(stranger.endpoint, Secret(INITIAL_TOKEN), WANTED)
    token = client.registration_access_token
    assert token is not None
    registration.remove(client.registration_client_uri, token)
    registration.remove(client.registration_client_uri, token)
    assert token_request(stranger, client).status_code == 401


def test_a_token_that_is_not_good_is_refused(stranger: Stranger, registration: ClientRegistration) -> None:
    with pytest.raises(RegistrationTokenDead):
        registration.register(stranger.endpoint, Secret("another"), WANTED)


def test_metadata_that_the_server_does_not_take_is_refused_with_its_words(stranger: Stranger, registration: ClientRegistration) -> None:
    wrong = ClientSpec("orders-client", ("https://orders.acme.example/callback#fragment",))
    with pytest.raises(Refused, match="invalid_redirect_uri"):
        registration.register(stranger.endpoint, Secret(INITIAL_TOKEN), wrong)
