"""Locks on a real server: at most one effective holder, whatever is lost, and everybody is told whose it is.

Source: docs/vendors/vault.md, Lock.
"""

from __future__ import annotations

import time

import httpx
import pytest

from dcr.errors import Busy, LostLock, Passing, Refused
from dcr.http.polling import REAL_CLOCK
from dcr.vault.lock import Locks, Terms
from tests.unit.vault.clients import Client, Fault, client_of, errors, reading_policy, reads, writes
from tests.unit.vault.locking import PATH, client, eventually, held_of, locks_of
from tests.vault_server import Operator, VaultServer

__all__ = ["client"]


def test_a_lock_is_taken_named_renewed_and_given_back_empty(client: Client, operator: Operator, mount: str) -> None:
    locks = locks_of(client)
    with locks.hold(PATH, "onboard acme", 0):
        record = operator.read(mount, PATH)["data"]
        assert (record["run"], record["ttl"]) == ("onboard acme", "600")
        assert len(record["holder"]) == 32
        locks.renew(PATH)
    last = operator.read(mount, PATH)
    assert last["data"]["holder"] == ""
    assert last["metadata"]["version"] == 3


def test_it_costs_three_requests_to_take_and_one_to_renew_or_give_back(client: Client) -> None:
    locks = locks_of(client)
    client.vault.read(PATH)
    client.transport.sent.clear()
    with locks.hold(PATH, "a", 0):
        locks.renew(PATH)
    assert len(client.transport.sent) == 5


def test_who_comes_second_is_told_whose_it_is_and_until_when(client: Client) -> None:
    held_of(client, "onboard acme #1").acquire()
    with pytest.raises(Busy, match=r"held by 'onboard acme #1', which must renew it by \d\d:\d\d:\d\d UTC"):
        held_of(client, "onboard acme #2").acquire()


def test_a_lock_that_was_given_back_is_free(client: Client) -> None:
    locks = locks_of(client)
    with locks.hold(PATH, "first", 0):
        pass
    with locks.hold(PATH, "second", 0) as held:
        assert held.label == "second"


def test_a_lock_is_given_back_when_its_block_fails(client: Client) -> None:
    locks = locks_of(client)
    with pytest.raises(ValueError, match="inside"), locks.hold(PATH, "first", 0):
        raise ValueError("inside")
    with locks.hold(PATH, "second", 0):
        pass


def test_who_waits_gets_it_once_it_is_free(client: Client, vault_server: VaultServer, mount: str) -> None:
    first = held_of(client, "first")
    first.acquire()
    with client_of(vault_server, mount) as other:
        rests = other.clock.sleep

        def given_back_meanwhile(seconds: float) -> None:
            first.release()
            rests(seconds)

        other.clock.sleep = given_back_meanwhile  # type: ignore[method-assign]
        with locks_of(other).hold(PATH, "second", 30):
            pass
        assert len(other.clock.slept) == 1


def test_waiting_ends(client: Client) -> None:
    held_of(client, "first").acquire()
    with pytest.raises(Busy, match="first"), locks_of(client).hold(PATH, "second", 20):
        pytest.fail("two holders")
    assert 18 <= sum(client.clock.slept) <= 21


def test_an_expired_lock_is_taken_over_and_said_so(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    quick = Terms(ttl=1, skew=0)
    held_of(client, "dead run", quick).acquire()
    time.sleep(2.1)  # the server's clock decides, and it shows whole seconds
    with Locks(client.vault.kv, quick, REAL_CLOCK).hold(PATH, "next run", 0):
        pass
    assert "dead run had expired and is taken over by next run" in caplog.text


def test_after_a_take_over_the_old_holder_writes_nothing_and_disturbs_nobody(client: Client, operator: Operator, mount: str) -> None:
    quick = Terms(ttl=1, skew=0)
    old, new = held_of(client, "old", quick), held_of(client, "new", quick)  # by its own clock the old one's time stands still
    old.acquire()
    time.sleep(2.1)
    assert new.acquire() == "old"
    with pytest.raises(LostLock, match="took it over"):
        old.renew()
    old.release()
    assert operator.read(mount, PATH)["data"]["run"] == "new"
    new.renew()


def test_a_holder_that_was_suspended_past_its_ttl_does_not_even_ask(client: Client) -> None:
    held = held_of(client, "sleeper", Terms(ttl=60))
    held.acquire()
    client.clock.pass_by(60)
    client.transport.sent.clear()
    with pytest.raises(LostLock, match="not renewed in time"):
        held.renew()
    assert client.transport.sent == []


def test_a_holder_that_was_suspended_past_its_ttl_knows_it_without_asking(client: Client) -> None:
    locks = locks_of(client, Terms(ttl=60))
    with locks.hold(PATH, "sleeper", 0):
        locks.require(PATH)
        client.clock.pass_by(60)
        client.transport.sent.clear()
        with pytest.raises(LostLock, match="not renewed in time"):
            locks.require(PATH)
        assert client.transport.sent == []
    with pytest.raises(LostLock, match="does not hold"):
        locks.require(PATH)


def test_a_holder_that_was_suspended_while_it_renewed_does_not_believe_the_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    held = held_of(client, "sleeper", Terms(ttl=60))
    held.acquire()
    at_once = client.transport.handle_request

    def heard_of_late(request: httpx.Request) -> httpx.Response:
        answer = at_once(request)
        client.clock.pass_by(60)
        return answer

    monkeypatch.setattr(client.transport, "handle_request", heard_of_late)
    with pytest.raises(LostLock, match="heard of too late"):
        held.renew()


def test_what_is_not_held_cannot_be_renewed(client: Client) -> None:
    with pytest.raises(LostLock, match="does not hold"):
        locks_of(client).renew(PATH)


def test_a_renewal_whose_answer_is_lost_is_found_to_be_ours(client: Client) -> None:
    """A blind repeat would say that the lock is lost."""
    held = held_of(client, "run")
    held.acquire()
    client.transport.faults = [Fault(writes(PATH), lost="answer")]
    held.renew()
    held.renew()
    held.release()
    with locks_of(client).hold(PATH, "next", 0):
        pass


def test_a_renewal_that_failed_and_did_not_arrive_is_repeated_by_the_next(client: Client) -> None:
    held = held_of(client, "run")
    held.acquire()
    client.transport.faults = [Fault(writes(PATH), answer=errors(500, "internal error"))]
    with pytest.raises(Passing, match="did not arrive"):
        held.renew()
    held.renew()


def test_a_lost_renewal_is_settled_later_when_vault_can_be_asked_again(client: Client) -> None:
    held = held_of(client, "run")
    held.acquire()
    client.transport.faults = [Fault(writes(PATH), lost="answer"), Fault(reads(PATH), answer=errors(503, "Vault is sealed"))]
    with pytest.raises(Passing, match="sealed"):
        held.renew()
    held.renew()
    held.release()


def test_a_lost_answer_and_a_rival_in_between_is_a_lost_lock(client: Client, operator: Operator, mount: str) -> None:
    held = held_of(client, "run")
    held.acquire()

    client.transport.faults = [Fault(writes(PATH), answer=errors(500, "internal error"))]
    operator.write(mount, PATH, {"holder": "rival", "run": "rival run", "ttl": "60"}, cas=1)
    with pytest.raises(LostLock):
        held.renew()
    with pytest.raises(LostLock):
        held.renew()


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("matches", [reads(PATH), writes(PATH)], ids=["read", "write"])
def test_losing_any_message_of_taking_it_costs_a_moment_only(client: Client, lost: str, matches: object) -> None:
    client.transport.faults = [Fault(matches, lost=lost)]  # type: ignore[arg-type]
    locks = locks_of(client)
    with locks.hold(PATH, "run", 10):
        locks.renew(PATH)


def test_a_lock_that_cannot_be_given_back_is_no_failure_of_the_run(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with locks_of(client).hold(PATH, "run", 0):
        client.transport.faults = [Fault(writes(PATH), answer=errors(503, "Vault is sealed"))]
    assert "expires by itself" in caplog.text


def test_a_missing_right_is_told_at_once(vault_server: VaultServer, operator: Operator, mount: str) -> None:
    token = operator.token(reading_policy(mount))
    with client_of(vault_server, mount, auth="token", token=token) as client:
        with pytest.raises(Refused, match=r"create, update .*tenants/acme/lock"), locks_of(client).hold(PATH, "reader", 30):
            pytest.fail("held without the right")
        assert client.clock.slept == []


@pytest.mark.parametrize("ttl", ["", "soon", "-5", "nan", "1e9"])
def test_a_record_with_an_odd_ttl_is_held_for_an_hour_at_most(client: Client, operator: Operator, mount: str, ttl: str) -> None:
    operator.write(mount, PATH, {"holder": "x", "run": "odd", "ttl": ttl})
    next_one = held_of(client, "next")
    with pytest.raises(Busy, match="odd"):
        next_one.acquire()


def test_it_is_renewed_while_held(client: Client, operator: Operator, mount: str) -> None:
    with Locks(client.vault.kv, Terms(ttl=1.5, skew=0), REAL_CLOCK).hold(PATH, "long run", 0):
        renewed = eventually(lambda: operator.read(mount, PATH)["metadata"]["version"] >= 3)
    assert renewed


def test_a_passing_failure_of_the_renewing_thread_is_made_up_for(client: Client, operator: Operator, mount: str) -> None:
    locks = Locks(client.vault.kv, Terms(ttl=1.5, skew=0), REAL_CLOCK)
    with locks.hold(PATH, "long run", 0):
        client.transport.faults = [Fault(writes(PATH), answer=errors(429, "rate limit quota exceeded"))]
        assert eventually(lambda: operator.read(mount, PATH)["metadata"]["version"] >= 2)
        assert client.transport.faults[0].met
        locks.renew(PATH)
