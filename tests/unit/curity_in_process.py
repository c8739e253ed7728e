"""Curity's admin side in process: the sandbox's own, with what its tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from lxml import etree
from starlette.types import Receive, Scope, Send

from dcr.curity.admin.client import CurityAdmin
from dcr.secret import BasicCredentials, Secret
from sandbox.curity.datastore import Datastore
from sandbox.curity.restconf.application import API_ROOT, create_app
from sandbox.readings import default_readings
from tests.in_process import InProcess, Traffic
from tests.unit.curity.admin.exports import NAMESPACES, parse
from tests.unit.kong_in_process import CURITY

HOST = "curity.example:6749"
ADDRESS = f"https://{HOST}{API_ROOT}"
DATA = f"{API_ROOT}/data"  # the path of all that is sent
USER, PASSWORD = "admin", "Password1"
PARAMETERS = {"*BASE_URL": CURITY, "*PROTOCOL": "https"}


class CurityInProcess:
    """A configuration that is read and edited as at a server, and what the server was sent."""

    def __init__(self, export: etree._Element, **readings: str) -> None:
        """`readings`: `unset_leaf="404"` is reading 404 of fact curity.unset-leaf."""
        self.readings = default_readings({f"curity.{name.replace('_', '-')}": value for name, value in readings.items()})
        self.traffic = Traffic()
        self._start(etree.tostring(export))

    def _start(self, export: bytes) -> None:
        self.datastore = Datastore(export, PARAMETERS, self.readings)
        self._app = create_app(self.datastore, self.readings, {USER: PASSWORD})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def admin(self, traffic: Traffic | None = None) -> CurityAdmin:
        """A client that talks to this server; `traffic` keeps apart what somebody else sends."""
        transport = InProcess(self._answer, traffic or self.traffic)
        client = httpx.Client(base_url=ADDRESS, transport=transport)
        return CurityAdmin(client, lambda: BasicCredentials(USER, Secret(PASSWORD)), (HOST,))

    @property
    def config(self) -> etree._Element:
        """The whole configuration as it is now; a copy."""
        return parse(self.datastore.export())

    @contextmanager
    def edited(self) -> Iterator[etree._Element]:
        """Somebody edits the files by hand, and starts the server with them: nothing judges that."""
        config = self.config
        yield config
        self._start(etree.tostring(config))

    def removed(self, path: str) -> etree._Element:
        """What stood at an XPath below the root, until somebody took it out by hand."""
        with self.edited() as config:
            return taken_out(config, path)

    @property
    def patches(self) -> list[bytes]:
        return self.traffic.bodies("PATCH")

    def texts(self, path: str) -> list[str]:
        """What stands at an XPath below the root; empty elements as ''."""
        return [(element.text or "").strip() for element in self.config.iterfind(path, NAMESPACES)]


def taken_out(config: etree._Element, path: str) -> etree._Element:
    """The one element at an XPath, which is no part of the configuration any more."""
    (found,) = config.findall(path, NAMESPACES)
    parent = found.getparent()
    assert parent is not None
    parent.remove(found)
    return found


def added(config: etree._Element, path: str, xml: str) -> None:
    """Put elements below the one at an XPath, whose last steps need not be there; they are in its namespace."""
    above, _, name = path.rpartition("/")
    there = config.find(path, NAMESPACES)
    if there is None:
        prefix, _, local = name.partition(":")
        added(config, above, f'<{local} xmlns="{NAMESPACES[prefix]}"/>')
        there = config.find(path, NAMESPACES)
    assert there is not None
    there.extend(list(parse(f'<x xmlns="{etree.QName(there).namespace}">{xml}</x>')))
