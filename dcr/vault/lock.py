"""Locks as records in Vault: taken by check-and-set, with an expiry, renewed while held, given back by emptying, never by deleting.

At most one *effective* writer, not exactly one: Curity and Konnect know no fencing token, so a holder that freezes between its last
renewal and its write can write after a take-over. What makes that harmless is that writes converge, find before they create, and carry
an operation id.

Source: docs/vendors/vault.md, Lock.
"""

from __future__ import annotations

import logging
import math
import random
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dcr.errors import Busy, CheckFailed, DcrError, LostLock, Passing, Stale, Unknown
from dcr.http.polling import REAL_CLOCK, Clock
from dcr.secret import Secret
from dcr.vault.kv import Current, KeyValues

LOG = logging.getLogger(__name__)
LONGEST_POLL_SECONDS = 1.0
MOST_UNREAD_WRITES = 5
LONGEST_TTL_SECONDS = 3600.0  # of the settings too


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a lock holds, and when it may be taken over, in seconds."""

    ttl: float = 60.0
    skew: float = 5.0


class Held:
    """One taking of one lock. The nonce is the process's own: it is in no task argument, so no copy of a task can claim it."""

    def __init__(self, kv: KeyValues, path: str, label: str, terms: Terms, clock: Clock) -> None:
        self._kv, self.path, self.label, self._terms, self._clock = kv, path, label, terms, clock
        self._nonce = secrets.token_hex(16)
        self._guard = threading.Lock()  # the thread that renews, and the one that works
        self._version, self._sent, self._until = 0, 0.0, 0.0
        self._lost = self._unsettled = False
        self._unread = 0  # writes that were answered with success and could not be read

    def acquire(self) -> str:
        """Take the lock if it is free or expired, and return whose it was when it had expired.

        Raises:
            Busy: somebody holds it.
            Passing: what was written cannot be read (yet): a lock that nobody else sees would guard nothing.
            DcrError: Vault could not be asked; after `Unknown` the next try finds the lock to be ours.
        """
        with self._guard:
            current = self._kv.look(self.path)
            rival = self._rival(current)
            if rival and current.age_seconds < _ttl(current) + self._terms.skew:
                raise self._busy(current)
            try:
                self._write(self._nonce, current.version)
            except Stale:
                raise self._busy(self._kv.look(self.path)) from None
            if _text(self._kv.look(self.path), "holder") != self._nonce:
                raise self._not_kept()
            return rival

    def renew(self) -> None:
        """Make the lock hold for another ttl, decided by Vault's active node.

        Raises:
            LostLock: it expired or was taken over: write nothing more.
            Passing: Vault could not be asked; start no write, and ask again.
        """
        with self._guard:
            self.require()
            if self._unsettled:
                self._settle()
            try:
                self._write(self._nonce, self._version)
            except Stale:
                raise self._gone("another run took it over") from None
            except Unknown:
                self._unsettled = True
                if not self._settle():
                    raise Passing(f"vault: {self.path}", "a renewal of the lock did not arrive", "It is sent again.") from None
            if self._clock.now() >= self._until:  # this process stood still while the answer was on its way
                raise self._gone("its renewal was heard of too late")

    def require(self) -> None:
        """Nothing is asked: only what is known here counts, so it costs nothing before every write.

        Raises:
            LostLock: it was lost, or this process stood still for longer than it holds.
        """
        if self._lost or self._clock.now() >= self._until:
            raise self._gone("it was not renewed in time")

    def release(self) -> None:
        """Give the lock back. If that fails it expires by itself; if it was taken over, nothing is changed."""
        with self._guard:
            try:
                if self._unsettled and not self._lost:
                    self._settle()
                if self._lost:
                    raise self._gone("another run took it over")
                self._write("", self._version)
            except (Stale, LostLock):
                LOG.warning("lock %s of %s was lost before it was given back", self.path, self.label)
            except DcrError as error:
                LOG.warning("lock %s of %s may not have been given back; then it expires by itself: %s", self.path, self.label, error)

    def _settle(self) -> bool:
        """After a lost answer: the next version with our nonce is ours. A blind repeat would take it for a rival's."""
        current = self._kv.look(self.path)
        if _text(current, "holder") != self._nonce or current.version not in (self._version, self._version + 1):
            raise self._gone("another run took it over")
        arrived, self._unsettled = current.version > self._version, False
        if arrived:
            self._version, self._until = current.version, self._sent + self._terms.ttl
        return arrived

    def _write(self, holder: str, cas: int) -> None:
        self._sent = self._clock.now()  # before the server's stamp, so that ours ends first
        record = {"holder": holder, "run": self.label, "ttl": f"{self._terms.ttl:g}"}
        self._version = self._kv.write(self.path, record, cas)
        self._until = self._sent + self._terms.ttl

    def _rival(self, current: Current) -> str:
        """Who else is written there, by the words for people; empty if nobody."""
        holder = _text(current, "holder")
        return "" if holder in ("", self._nonce) else _text(current, "run") or "a run without a name"

    def _busy(self, current: Current) -> Busy:
        rival = self._rival(current) or "another run"
        left = _ttl(current) + self._terms.skew - current.age_seconds
        until = (datetime.now(UTC) + timedelta(seconds=left)).strftime("%H:%M:%S UTC")
        return Busy(f"vault: {self.path}", f"held by {rival!r}, which must renew it by {until}", "Wait for it, then run again.")

    def _not_kept(self) -> DcrError:
        """A node that is behind catches up; a Vault that loses writes does not."""
        self._unread += 1
        problem = "answers that the lock was written, but does not keep it"
        if self._unread < MOST_UNREAD_WRITES:
            return Passing(f"vault: {self.path}", problem, "It is written again.")
        return CheckFailed(f"vault: {self.path}", problem, "Check that it is one healthy Vault, and what stands before it.")

    def _gone(self, why: str) -> LostLock:
        self._lost = True
        return LostLock(f"vault: {self.path}", f"the lock is lost: {why}", "This run writes nothing more; run again.")


class Locks:
    """The locks of this process, one for each path at a time."""

    def __init__(self, kv: KeyValues, terms: Terms, clock: Clock = REAL_CLOCK) -> None:
        self._kv, self._terms, self._clock = kv, terms, clock
        self._guard = threading.Lock()
        self._of_process: dict[str, threading.Lock] = {}
        self._held: dict[str, Held] = {}

    @contextmanager
    def hold(self, path: str, label: str, wait_seconds: float) -> Iterator[Held]:
        """Hold a lock for the time of a `with` block, renewed every third of its ttl.

        Args:
            path: of `dcr.vault.paths`.
            label: names this run for those who wait.
            wait_seconds: for another holder, in this process or elsewhere.

        Raises:
            Busy: it is still held then; names the holder's run.
        """
        with self._alone(path, label, wait_seconds) as waited_until, self._taken(path, label, waited_until) as held:
            yield held

    def renew(self, path: str) -> None:
        """Renew before a write that cannot be repeated: the same cost as a check, and decided on Vault's active node.

        Raises:
            LostLock: it is not held any more, or never was.
            Passing: Vault could not be asked.
        """
        self._known(path).renew()

    def require(self, path: str) -> None:
        """Make sure, without asking Vault, that what is known here still says that it is held.

        Raises:
            LostLock: it is not held any more, or never was.
        """
        self._known(path).require()

    def _known(self, path: str) -> Held:
        held = self._held.get(path)
        if held is None:
            raise LostLock(f"vault: {path}", "this run does not hold the lock", "Run again.")
        return held

    @contextmanager
    def _alone(self, path: str, label: str, wait_seconds: float) -> Iterator[float]:
        """The threads of one process queue here, so that they do not poll Vault against each other."""
        deadline = self._clock.now() + wait_seconds
        with self._guard:
            mine = self._of_process.setdefault(path, threading.Lock())
        if not mine.acquire(timeout=max(wait_seconds, 0.0)):
            held = self._held.get(path)
            whose = held.label if held else "another thread"
            raise Busy(f"vault: {path}", f"held by {whose!r} of this process, when {label!r} came", "Wait for it, then run again.")
        try:
            yield deadline
        finally:
            mine.release()

    @contextmanager
    def _taken(self, path: str, label: str, deadline: float) -> Iterator[Held]:
        held = Held(self._kv, path, label, self._terms, self._clock)
        self._wait_for(held, deadline)
        self._held[path] = held
        stop = threading.Event()
        renewing = threading.Thread(target=_keep, args=(held, stop, self._terms.ttl / 3), name=f"renews {path}", daemon=True)
        renewing.start()
        try:
            yield held
        finally:
            stop.set()
            renewing.join()
            del self._held[path]
            held.release()

    def _wait_for(self, held: Held, deadline: float) -> None:
        while True:
            try:
                before = held.acquire()
            except (Passing, Unknown):
                left = deadline - self._clock.now()
                if left <= 0:
                    raise
                # With jitter, so that those who wait do not come all at once.
                self._clock.sleep(min(left, LONGEST_POLL_SECONDS) * random.uniform(0.3, 1.0))  # noqa: S311 - guards nothing
            else:
                if before:
                    LOG.warning("lock %s of %s had expired and is taken over by %s", held.path, before, held.label)
                return


def _keep(held: Held, stop: threading.Event, every_seconds: float) -> None:
    """Renew until told to stop, or the lock is lost; after any other error again, since only time decides."""
    while not stop.wait(every_seconds):
        try:
            held.renew()
        except LostLock as error:
            LOG.warning("%s", error)
            return
        except DcrError:
            continue


def working(kv: KeyValues, path: str, terms: Terms) -> tuple[str, int]:
    """Which run holds a lock, and the record's version: by that, who looks twice knows whether anybody worked meanwhile.

    Returns:
        the run's name, empty if nobody holds it; and Vault's version.
    """
    current = kv.look(path)
    held = _text(current, "holder") and current.age_seconds < _ttl(current) + terms.skew
    return (_text(current, "run") or "a run without a name") if held else "", current.version


def _text(current: Current, name: str) -> str:
    values: Mapping[str, Secret] = current.values or {}
    return values[name].get_secret_value() if name in values else ""


def _ttl(current: Current) -> float:
    """The holder's own, in seconds; a record without a readable one blocks neither for ever nor not at all."""
    try:
        seconds = float(_text(current, "ttl"))
    except ValueError:
        return Terms().ttl
    return min(max(seconds, 0.0), LONGEST_TTL_SECONDS) if math.isfinite(seconds) else Terms().ttl
