"""The fragment among the files that Curity starts from: a server born with it needs no change, and the run goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dcr.model.secret_form import SecretForm
from dcr.results.report import Verdict
from sandbox.world import WorldOptions
from tests.consumer import consumer
from tests.onboarding.test_curity_by_files import CURITY, initial_secret, load, onboarded, rendering
from tests.sandbox_fixture import LivingWorld, start

INITIAL_CLIENT = "platform/initial-client"


@pytest.fixture
def born_with_it(living: LivingWorld, tmp_path: Path) -> Iterator[LivingWorld]:
    """Another world, whose Curity started from the first one's export with the fragment merged in, and whose Vault has the secret."""
    platform = rendering(living)
    onboarded(living, platform, tmp_path, SecretForm.HASH)
    load(living, (tmp_path / f"dcr-{platform.name}.xml").read_bytes(), initial_secret(living))
    merged = tmp_path / "start.xml"
    merged.write_bytes(living.world.systems.datastore.export())
    with consumer(living) as first:
        kept = first.record(INITIAL_CLIENT)
    for other in start(tmp_path, WorldOptions(curity_config=merged)):
        keep(other, kept)
        yield other


def keep(living: LivingWorld, record: dict[str, str]) -> None:
    """As an operator who moves to another Vault."""
    vault = living.world.ready["vault"]
    url = f"{vault['url']}/v1/{vault['mount']}/data/{INITIAL_CLIENT}"
    with consumer(living) as operator:
        body = {"data": record, "options": {"cas": 0}}
        operator.http.post(url, headers={"X-Vault-Token": vault["root_token"]}, json=body).raise_for_status()


def test_a_server_that_starts_with_the_fragment_yields_no_changes(born_with_it: LivingWorld, tmp_path: Path) -> None:
    before = born_with_it.world.systems.datastore.export()
    for platform in (rendering(born_with_it), born_with_it.platform):
        finished = onboarded(replace(born_with_it, platform=platform), platform, tmp_path)
        assert (finished.failure, finished.report.verdict) == ("", Verdict.OK)
        assert [change.path for change in finished.report.changes if change.stage in CURITY] == []
    assert born_with_it.world.systems.datastore.export() == before
    assert born_with_it.judge is None or born_with_it.judge.violations == []
