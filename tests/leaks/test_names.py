"""Whatever a name is, a request goes to the place that the name was meant for, or to none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from dcr.curity.admin.client import CurityAdmin
from dcr.curity.admin.reading import read_state
from dcr.curity.admin.state import Facilities
from dcr.errors import DcrError, Refused
from dcr.http.sender import Sender
from dcr.konnect.answers import Id
from dcr.secret import BasicCredentials, Secret
from dcr.vault.adapter import hvac_client
from dcr.vault.kv import KeyValues

PIECES = (
    "..",
    ".",
    "/",
    "\\",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "?",
    "#",
    "//",
    ";",
    "\n",
    "\x00",
    " ",
    "a",
    "ä",
    "@evil.test",
    "https://evil.test/",
)
NAMES = st.text(max_size=20) | st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
HOST = "https://system.test:8443"
IDS = TypeAdapter(Id)


class Asked:
    """Keeps the addresses of what is sent; every answer is an empty object."""

    def __init__(self) -> None:
        self.urls: list[httpx.URL] = []
        self.client = httpx.Client(base_url=HOST, transport=httpx.MockTransport(self._answer))
        self.sender = Sender("system", self.client, lambda _answer: None, ("system.test:8443",))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(request.url)
        return httpx.Response(200, json={})

    def after(self, act: Callable[[], object]) -> list[str]:
        """Paths, as they are sent, of what it asked before it was refused; all of them are this host's."""
        self.urls.clear()
        with suppress(DcrError):
            act()
        assert {(url.host, url.port) for url in self.urls} <= {("system.test", 8443)}
        return [url.raw_path.decode() for url in self.urls]


@given(name=NAMES)
@settings(deadline=None)
def test_in_a_path_of_vault(name: str) -> None:
    asked = Asked()
    kv = KeyValues(hvac_client(HOST, "", asked.sender, None), "dcr")
    for act, place in ((lambda: kv.look(f"tenants/{name}/spec"), "data"), (lambda: kv.write(f"tenants/{name}/spec", {}, 0), "data")):
        for path in asked.after(act):
            assert unquote(path) == f"/v1/dcr/{place}/tenants/{name}/spec"


@given(name=NAMES)
@settings(deadline=None)
def test_no_address_climbs(name: str) -> None:
    asked = Asked()
    for path in asked.after(lambda: asked.sender.send("GET", f"/v3/portals/{name}/applications")):
        assert path.startswith("/v3/portals/")
        assert not {".", ".."} & set(unquote(path.partition("?")[0]).replace("\\", "/").split("/"))


@pytest.mark.parametrize(
    "url", ["/v3/portals/../x", "/v3/%2e%2E/x", "/v3/..%2fx", "/v3/a\\..\\x", "../x", "https://system.test:8443/a/../b", "/a\nb"]
)
def test_what_climbs_is_refused_unsent(url: str) -> None:
    asked = Asked()
    with pytest.raises(Refused):
        asked.sender.send("GET", url)
    assert asked.urls == []


@given(name=NAMES)
@settings(deadline=None)
def test_in_an_id_that_a_server_tells(name: str) -> None:
    """Konnect's and the portal's ids become parts of paths; only UUIDs are taken for ids."""
    try:
        taken = IDS.validate_python(name)
    except ValidationError:
        return
    assert set(taken) <= set("0123456789abcdefABCDEF-")


@given(name=NAMES)
@settings(deadline=None)
def test_in_the_key_of_a_list_of_curity(name: str) -> None:
    asked = Asked()
    admin = CurityAdmin(asked.client, lambda: BasicCredentials("admin", Secret("x")), ("system.test:8443",))
    for path in asked.after(lambda: read_state(admin, name, Facilities())):
        assert path.partition("?")[0].startswith("/data/base:")
        assert ".." not in unquote(path).split("/")
