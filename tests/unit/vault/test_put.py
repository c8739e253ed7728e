"""The write primitive, on a real server: what was written is there once, whatever was lost on the way.

Source: docs/vendors/vault.md, Check-and-set, Idempotent write.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from dcr.errors import Conflict, DcrError, Refused, Stale, Unknown
from dcr.secret import Secret
from tests.unit.vault.clients import Client, Fault, client_of, errors, reads, writes
from tests.vault_server import Operator, VaultServer

PATH = "tenants/acme/applications/orders"
VALUES: dict[str, str | Secret] = {"client_id": "c-1", "client_secret": Secret("s3cret-value")}


@pytest.fixture
def client(vault_server: VaultServer, mount: str) -> Iterator[Client]:
    with client_of(vault_server, mount) as made:
        yield made


def plain(client: Client, path: str = PATH) -> dict[str, str]:
    found = client.vault.read(path)
    assert found is not None
    return {name: value.get_secret_value() for name, value in found.values.items()}


def test_what_was_put_is_read_back_as_secrets_with_its_version(client: Client) -> None:
    assert client.vault.put(PATH, VALUES) == 1
    found = client.vault.read(PATH)
    assert found is not None
    assert (found.version, found.ours) == (1, True)
    assert plain(client) == {"client_id": "c-1", "client_secret": "s3cret-value"}
    assert "s3cret-value" not in repr(found)


def test_nothing_is_there_before_the_first_write(client: Client) -> None:
    assert client.vault.read(PATH) is None
    assert client.vault.list("tenants/acme/applications") == []


def test_putting_the_same_again_writes_nothing(client: Client) -> None:
    client.vault.put(PATH, VALUES)
    client.transport.sent.clear()
    assert client.vault.put(PATH, VALUES) == 1
    assert [method for method, _ in client.transport.sent] == ["GET"]


def test_other_values_make_the_next_version_and_replace_all_of_the_old_ones(client: Client) -> None:
    client.vault.put(PATH, VALUES)
    assert client.vault.put(PATH, {"client_id": "c-2"}) == 2
    assert plain(client) == {"client_id": "c-2"}


def test_what_an_operator_wrote_is_never_overwritten(client: Client, operator: Operator, mount: str) -> None:
    operator.write(mount, PATH, {"client_id": "theirs"})
    found = client.vault.read(PATH)
    assert found is not None
    assert not found.ours
    with pytest.raises(Conflict, match="did not write"):
        client.vault.put(PATH, VALUES)
    assert operator.read(mount, PATH)["data"] == {"client_id": "theirs"}


@pytest.mark.parametrize("call", ["delete", "destroy"])
def test_after_a_deletion_the_next_version_is_written(client: Client, operator: Operator, mount: str, call: str) -> None:
    """`cas=0` would fail: the version of what was deleted stays (docs/vendors/vault.md, Check-and-set)."""
    client.vault.put(PATH, VALUES)
    operator.call("POST", f"{mount}/{call}/{PATH}", {"versions": [1]})
    assert client.vault.read(PATH) is None
    assert client.vault.put(PATH, VALUES, expect=0) == 2
    assert plain(client)["client_id"] == "c-1"


def test_null_as_data_counts_as_nothing(client: Client, operator: Operator, mount: str) -> None:
    operator.call("POST", f"{mount}/data/{PATH}", {"data": None, "options": {"cas": 0}})
    assert client.vault.read(PATH) is None
    assert client.vault.put(PATH, VALUES) == 2


def test_a_value_that_is_no_string_is_refused_by_name_without_the_value(client: Client, operator: Operator, mount: str) -> None:
    operator.write(mount, PATH, {"password": 12345678901234567890})
    with pytest.raises(Refused, match="password") as refused:
        client.vault.read(PATH)
    assert "1234567890" not in str(refused.value)


def test_the_expected_version_is_written_after(client: Client) -> None:
    first = client.vault.put(PATH, VALUES, expect=0)
    assert client.vault.put(PATH, {"client_id": "c-2"}, expect=first) == 2


@pytest.mark.parametrize("expect", [0, 2])
def test_another_version_than_expected_is_stale_and_nothing_is_written(client: Client, expect: int) -> None:
    client.vault.put(PATH, VALUES)
    with pytest.raises(Stale):
        client.vault.put(PATH, {"client_id": "c-2"}, expect=expect)
    assert plain(client)["client_id"] == "c-1"


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("matches", [reads(PATH), writes(PATH)], ids=["read", "write"])
@pytest.mark.parametrize("expect", [None, 0])
def test_losing_any_message_once_ends_with_one_version(client: Client, lost: str, matches: object, expect: int | None) -> None:
    fault = Fault(matches, lost=lost)  # type: ignore[arg-type]
    client.transport.faults = [fault]
    assert client.vault.put(PATH, VALUES, expect=expect) == 1
    assert fault.met
    assert plain(client) == {"client_id": "c-1", "client_secret": "s3cret-value"}


@pytest.mark.parametrize(
    "answer",
    [
        errors(429, 'request path "dcr/data/x": rate limit quota exceeded', headers={"Retry-After": "1"}),
        errors(412, "required index state not present"),
        errors(503, "Vault is sealed"),
        errors(500, "internal error"),
        errors(400, "Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period"),
        errors(400, "Waiting for the primary to upgrade from non-versioned to versioned data."),
        errors(400, "check-and-set parameter did not match the current version"),
        httpx.Response(502, html="<html>bad gateway</html>"),
        httpx.Response(200, content=b'{"data":{"ver'),
    ],
    ids=["429", "412", "503", "500", "upgrading", "waiting", "cas", "html 502", "cut off"],
)
def test_what_may_pass_is_tried_again_with_the_value_still_in_memory(client: Client, answer: httpx.Response) -> None:
    client.transport.faults = [Fault(writes(PATH), answer=answer)]
    assert client.vault.put(PATH, VALUES) == 1
    assert client.clock.slept, "there is a pause before the next attempt"


def test_attempts_are_bounded_and_the_last_error_says_that_it_may_have_been_written(client: Client) -> None:
    client.transport.faults = [Fault(writes(PATH), answer=errors(500, "internal error")) for _ in range(10)]
    with pytest.raises(Unknown):
        client.vault.put(PATH, VALUES)
    assert sum(fault.met for fault in client.transport.faults) == 5


def test_many_writers_at_once_each_get_a_version_of_their_own(vault_server: VaultServer, mount: str) -> None:
    versions: list[int] = []

    def write(number: int) -> None:
        with client_of(vault_server, mount) as client:
            try:
                versions.append(client.vault.put(PATH, {"client_id": f"c-{number}"}))
            except Stale:  # five attempts were not enough against seven rivals: nothing was lost, it is said
                versions.append(-number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = [version for version in versions if version > 0]
    assert len(versions) == 8
    assert len(set(written)) == len(written)
    assert max(written) == len(written), "no version was written twice, none without its writer knowing"


def test_versions_are_destroyed_and_folders_listed(client: Client, operator: Operator, mount: str) -> None:
    client.vault.put(PATH, VALUES)
    client.vault.put(PATH, {"client_id": "c-2"})
    client.vault.destroy_versions(PATH, [1])
    client.vault.destroy_versions(PATH, [])
    versions = operator.call("GET", f"{mount}/metadata/{PATH}")["data"]["versions"]
    assert (versions["1"]["destroyed"], versions["2"]["destroyed"]) == (True, False)
    assert client.vault.list("tenants/acme/applications") == ["orders"]
    assert client.vault.list("tenants") == ["acme/"]


@pytest.mark.parametrize("path", ["tenants/../platform/konnect", "a//b", "a/./b", "a b", "a%2fb", "ä"])
def test_a_path_that_would_be_rewritten_is_refused_before_it_is_sent(client: Client, path: str) -> None:
    with pytest.raises(Refused, match="dot segment"):
        client.vault.read(path)
    assert client.transport.sent == []


def test_a_mount_of_version_1_is_never_mistaken_for_an_empty_one(vault_server: VaultServer, operator: Operator) -> None:
    name = f"{operator.mount()}-one"
    operator.call("POST", f"sys/mounts/{name}", {"type": "kv", "options": {"version": "1"}})
    with client_of(vault_server, name) as client:
        assert client.vault.engine() == ("kv", "1")
        with pytest.raises(Refused, match="KV version 2"):
            client.vault.put(PATH, VALUES)


def test_a_sealed_vault_passes_and_an_unsealed_one_has_everything_again(
    vault_server: VaultServer, client: Client, operator: Operator
) -> None:
    if not vault_server.unseal_key:
        pytest.skip("the unseal key of the server at VAULT_ADDR")
    client.vault.put(PATH, VALUES)
    operator.seal()
    try:
        with pytest.raises(DcrError, match="sealed"):
            client.vault.read(PATH)
    finally:
        operator.unseal()
    assert plain(client)["client_id"] == "c-1"
