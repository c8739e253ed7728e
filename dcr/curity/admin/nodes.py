"""Where the settings we write stand in Curity's configuration tree (docs/vendors/curity.md, Configuration tree)."""

from __future__ import annotations

from dataclasses import dataclass

from dcr.model.names import segment

BASE = "https://curity.se/ns/conf/base"
OAUTH = "https://curity.se/ns/conf/profile/oauth"
PROFILE_TYPE = "oauth-service"

_MODULES = {BASE: "base:", OAUTH: "profile-oauth:"}
# Every path has them; in a plan they would only hide what differs.
_UNTOLD = frozenset(
    {"environments", "environment", "services", "profiles", "settings", "authorization-server", "client-store", "config-backed"}
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a list entry."""

    name: str
    value: str
    identity_of: str = ""  # namespace, if the value is an identity: XML writes it with a prefix


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a path: a container, a list entry with its keys, or a leaf."""

    name: str
    keys: tuple[Key, ...] = ()
    namespace: str = ""  # where it changes; empty: the parent's

    def __str__(self) -> str:
        return f"{self.name}={self.keys[0].value}" if self.keys else self.name


Path = tuple[Node, ...]


def below(path: Path, *names: str) -> Path:
    """The path of a node under another, through containers without keys."""
    return path + tuple(Node(name) for name in names)


def display(path: Path) -> str:
    """The path as people read it in a plan: `curity/profile=token-service/token-issuers/…`."""
    return "/".join(["curity", *(str(node) for node in path if node.name not in _UNTOLD)])


def entry(path: Path, leaf_list: str, value: str) -> Path:
    """One value of a leaf-list."""
    return (*path, Node(leaf_list, (Key("", value),)))


def resource(path: Path) -> str:
    """The path as RESTCONF addresses it below `/data` (RFC 8040 section 3.5.3): `base:profiles/profile=token-service,oauth-service`."""
    return "/".join(f"{_MODULES.get(node.namespace, '')}{node.name}{_keys(node)}" for node in path)


def _keys(node: Node) -> str:
    return "=" + ",".join(segment(key.value) for key in node.keys) if node.keys else ""


def service_role(role: str) -> Path:
    """One service role: what the how-to calls a node."""
    return (Node("environments", namespace=BASE), Node("environment"), Node("services"), Node("service-role", (Key("id", role),)))


def profile(name: str) -> Path:
    """One token service profile, which has two keys."""
    keys = (Key("id", name), Key("type", PROFILE_TYPE, identity_of=OAUTH))
    return (Node("profiles", namespace=BASE), Node("profile", keys))


def authorization_server(name: str) -> Path:
    """What the profile's own module adds to it."""
    return (*profile(name), Node("settings"), Node("authorization-server", namespace=OAUTH))


def client(name: str, client_id: str) -> Path:
    """One client of the configuration, as opposed to one registered dynamically."""
    return (*below(authorization_server(name), "client-store", "config-backed"), Node("client", (Key("id", client_id),)))


def endpoint(name: str, endpoint_id: str) -> Path:
    """One endpoint of the profile."""
    return (*below(profile(name), "endpoints"), Node("endpoint", (Key("id", endpoint_id),)))


def custom_token_issuer(name: str, issuer_id: str, issuer_type: str, purpose_type: str) -> Path:
    """One token issuer beside the default one; three keys, in this order."""
    keys = (Key("id", issuer_id), Key("issuer-type", issuer_type), Key("purpose-type", purpose_type))
    return (*below(profile(name), "token-issuers"), Node("custom-token-issuer", keys))
