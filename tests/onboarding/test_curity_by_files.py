"""`curity.mode: render`: the fragment is written, people load it, and the run goes on. A stranger (yanglint) judges the file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from passlib.hash import sha256_crypt  # type: ignore[import-untyped]  # libpass ships no types

from cli import main
from dcr.curity.admin.fragment import FILE_ROOT, Fragment, secret_parameter
from dcr.engine.observe import observe
from dcr.engine.onboarding import Finished, onboard
from dcr.engine.run import InThisProcess
from dcr.errors import Problems
from dcr.model.platform import CurityMode, Platform
from dcr.model.secret_form import SecretForm
from dcr.results.changes import Stage
from dcr.results.report import Verdict
from dcr.steps.context import StepContext
from dcr.steps.curity_configuration.initial_client import stored_secret
from dcr.steps.curity_configuration.rendered import fragment_of
from dcr.steps.curity_configuration.settings import state_if_readable
from tests.reference import needs_reference
from tests.sandbox.curity.test_yanglint import YANGLINT, yanglint_takes
from tests.sandbox_fixture import TREE, LivingWorld

DATA = '<data xmlns="urn:ietf:params:xml:ns:yang:ietf-restconf">'
CONFIG = '<config xmlns="http://tail-f.com/ns/config/1.0">'
CURITY = (Stage.CURITY_CONFIGURATION, Stage.DCR_ENABLEMENT)
WRITES = {"PATCH", "PUT", "POST", "DELETE"}


def rendering(living: LivingWorld, *, closed: bool = False, **curity: Any) -> Platform:
    """The example platform, for a house that configures Curity by files; RESTCONF perhaps closed."""
    ready = living.world.ready["curity"]
    changes: dict[str, Any] = {"mode": CurityMode.RENDER, **curity}
    if closed:
        changes |= {"admin_url": "https://localhost:1/admin/api/restconf", "issuer": ready["issuer"], "service_roles": ("default",)}
    soon = living.platform.deadlines.model_copy(update={"metadata_seconds": 0.001})  # what stays away is not waited for
    return living.platform.model_copy(update={"curity": living.platform.curity.model_copy(update=changes), "deadlines": soon})


@contextmanager
def a_run(living: LivingWorld, platform: Platform, directory: Path, secret_as: SecretForm = SecretForm.PARAMETER) -> Iterator[StepContext]:
    """A run that writes its fragment into the directory."""
    curity = living.settings.curity.model_copy(update={"render_directory": directory, "render_secret_as": secret_as})
    world = replace(living, platform=platform, settings=living.settings.model_copy(update={"curity": curity}))
    systems = world.systems()
    try:
        yield StepContext(systems, platform, living.tenant)
    finally:
        systems.close()


def onboarded(living: LivingWorld, platform: Platform, directory: Path, secret_as: SecretForm = SecretForm.PARAMETER) -> Finished:
    with a_run(living, platform, directory, secret_as) as ctx:
        return onboard(ctx, InThisProcess(sleep=lambda _seconds: None), "test")


def fragment(ctx: StepContext, secret_form: SecretForm) -> Fragment:
    return fragment_of(ctx, state_if_readable(ctx), stored_secret(ctx), secret_form)


def load(living: LivingWorld, content: bytes, secret: str) -> None:
    """What people do: the file among the server's, its variable set to the hash."""
    hashed = sha256_crypt.using(rounds=5000).hash(secret)
    text = content.decode().partition("?>")[2].replace(f"#{{{secret_parameter(living.platform.curity)}}}", hashed)
    body = text.replace(CONFIG, DATA).replace("</config>", "</data>")
    ready = living.world.ready["curity"]
    answer = httpx.patch(
        f"{ready['admin_url']}/data",
        content=body,
        headers={"Content-Type": "application/yang-data+xml"},
        auth=(ready["username"], ready["password"]),
        verify=living.world.ready["ca_file"],
    )
    assert answer.status_code == 204, answer.text


def initial_secret(living: LivingWorld) -> str:
    systems = living.systems()
    try:
        found = systems.vault.read("platform/initial-client")
        assert found is not None
        return found.values["client_secret"].get_secret_value()
    finally:
        systems.close()


@pytest.mark.parametrize("closed", [False, True], ids=["RESTCONF open", "RESTCONF closed"])
def test_a_run_waits_for_the_fragment_and_goes_on_when_it_is_loaded(living: LivingWorld, tmp_path: Path, closed: bool) -> None:
    platform = rendering(living, closed=closed)
    waiting = onboarded(living, platform, tmp_path)

    assert (waiting.failure, waiting.report.verdict) == ("", Verdict.PENDING)
    assert waiting.report.waits_at is not None
    file = tmp_path / f"dcr-{platform.name}.xml"
    told = waiting.report.claims[-1].detail
    assert str(file) in told and "restart or reload Curity" in told
    assert secret_parameter(platform.curity) in file.with_suffix(".parameters.txt").read_text()
    secret = initial_secret(living)
    assert secret not in file.read_text()
    assert [one for one in living.requests("curity-admin") if one[1] in WRITES] == []

    load(living, file.read_bytes(), secret)
    finished = onboarded(living, platform, tmp_path)
    assert (finished.failure, finished.report.verdict) == ("", Verdict.OK)

    with a_run(living, platform, tmp_path) as ctx:
        assert observe(ctx, sleep=lambda _seconds: None).changes == ()


@pytest.mark.parametrize("secret_as", list(SecretForm))
def test_equal_input_gives_an_equal_file_before_and_after_it_is_loaded(living: LivingWorld, tmp_path: Path, secret_as: SecretForm) -> None:
    platform = rendering(living, set_preconditions=True)
    onboarded(living, platform, tmp_path, secret_as)
    file = tmp_path / f"dcr-{platform.name}.xml"
    first = file.read_bytes()
    with a_run(living, platform, tmp_path) as ctx:
        assert fragment(ctx, secret_as).content == first
    load(living, first, initial_secret(living))
    with a_run(living, platform, tmp_path) as ctx:
        left = observe(ctx, sleep=lambda _seconds: None).changes
        assert [change for change in left if change.stage in CURITY] == []
        loaded = fragment(ctx, secret_as).content
    if secret_as is SecretForm.HASH:
        assert sha256_crypt.verify(initial_secret(living), text_of(first, "secret"))
    assert loaded == first


def test_a_closed_restconf_gives_the_same_file_as_an_open_one(living: LivingWorld, tmp_path: Path) -> None:
    with a_run(living, rendering(living, service_roles=("default",)), tmp_path) as ctx:
        opened = fragment(ctx, SecretForm.PARAMETER)
    with a_run(living, rendering(living, closed=True), tmp_path) as ctx:
        assert fragment(ctx, SecretForm.PARAMETER) == opened


def test_the_fragment_of_a_live_platform_is_what_live_mode_writes(living: LivingWorld, tmp_path: Path) -> None:
    assert not living.onboard().failure
    with a_run(living, living.platform, tmp_path) as ctx:
        rendered = fragment(ctx, SecretForm.PARAMETER)
    living.world.systems.datastore.reset()
    load(living, rendered.content, initial_secret(living))
    finished = living.onboard()
    assert (finished.failure, finished.report.changes) == ("", ())


def test_a_hash_that_curity_holds_is_used_again(living: LivingWorld, tmp_path: Path) -> None:
    living.onboard()
    stored = texts_of(living.world.systems.datastore.export(), "secret")
    with a_run(living, living.platform, tmp_path) as ctx:
        assert text_of(fragment(ctx, SecretForm.HASH).content, "secret") in stored


@needs_reference
@pytest.mark.skipif(YANGLINT is None, reason="yanglint (Debian package yang-tools) is not installed")
@pytest.mark.parametrize("secret_as", list(SecretForm))
def test_yanglint_takes_the_fragment_merged_with_the_other_files(living: LivingWorld, tmp_path: Path, secret_as: SecretForm) -> None:
    start = living.world.systems.datastore.export()
    platform = rendering(living)
    onboarded(living, platform, tmp_path, secret_as)
    fragment = (tmp_path / f"dcr-{platform.name}.xml").read_bytes().partition(b"?>")[2]
    assert etree.fromstring(fragment).tag == FILE_ROOT.text
    assert yanglint_takes(tmp_path, start, fragment, options="-n -m")


def test_what_cannot_be_read_must_be_named_by_the_platform(living: LivingWorld, tmp_path: Path) -> None:
    platform = rendering(living, closed=True)
    blind = platform.model_copy(update={"curity": platform.curity.model_copy(update={"service_roles": (), "issuer": None})})
    with a_run(living, blind, tmp_path) as ctx:
        found = observe(ctx, sleep=lambda _seconds: None)
        with pytest.raises(Problems, match=r"curity\.service_roles"):
            fragment(ctx, SecretForm.PARAMETER)
    assert "curity.issuer" in {problem.field for problem in found.problems}
    assert any("cannot be read" in warning for warning in found.warnings)


def test_live_mode_warns_once_that_a_restart_may_lose_what_it_writes(living: LivingWorld) -> None:
    finished = living.onboard()
    assert len([warning for warning in finished.report.warnings if "--format curity-xml" in warning]) == 1


def test_the_command_prints_the_fragment_alone(living: LivingWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    platform = str(TREE / "examples/platforms/sandbox.yaml")
    given = ["--platform", platform, "--ready-file", str(living.ready_file), "--format", "curity-xml"]
    assert main(["plan", *given]) == 0
    printed = capsys.readouterr()
    assert etree.fromstring(printed.out.encode()).tag == FILE_ROOT.text
    assert "Variable KONNECT_DCR_CLIENT_SECRET" in printed.err

    assert main(["plan", *given, "--output", str(tmp_path)]) == 0
    assert (tmp_path / "dcr-sandbox.xml").read_text() == printed.out
    assert shutil.which("openssl") is None or "openssl passwd -5" in (tmp_path / "dcr-sandbox.parameters.txt").read_text()


def test_a_command_that_waits_for_people_ends_with_3_and_says_what_to_do(
    living: LivingWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (TREE / "examples/platforms/sandbox.yaml").read_text()
    platform = tmp_path / "platform.yaml"
    platform.write_text(text.replace("curity:\n", "curity:\n  mode: render\n").replace("metadata_seconds: 30", "metadata_seconds: 0.001"))
    monkeypatch.setenv("DCR_CURITY__RENDER_DIRECTORY", str(tmp_path))
    given = ["--platform", str(platform), "--ready-file", str(living.ready_file)]
    assert main(["prepare", *given]) == 3
    printed = capsys.readouterr()
    assert "Put the file among the ones that Curity starts from" in printed.out
    assert printed.err.splitlines()[-1].startswith(f"Pending: Curity has not loaded {tmp_path / 'dcr-sandbox.xml'} yet")
    load(living, (tmp_path / "dcr-sandbox.xml").read_bytes(), initial_secret(living))
    assert main(["prepare", *given]) == 0


def texts_of(document: bytes, name: str) -> list[str]:
    found = [element for element in etree.fromstring(document).iter("{*}" + name) if element.text and element.text.strip()]
    return [str(element.text) for element in found]


def text_of(document: bytes, name: str) -> str:
    (found,) = texts_of(document, name)
    return found
