"""A stranger judges the sandbox: what yanglint refuses, it refuses, and what it holds after the how-to, yanglint takes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.reference import needs_reference, reference
from tests.sandbox.curity.admin import OTHER_DIALECT, OWN_EXPORT, Admin
from tests.sandbox.curity.samples import admin_of_samples, base_export, export_names, how_to, real_export, sample, sample_names

YANGLINT = shutil.which("yanglint")
pytestmark = [needs_reference, pytest.mark.skipif(YANGLINT is None, reason="yanglint (Debian package yang-tools) is not installed")]
WRAPPER = re.compile(r"<!--.*?-->|</?(data|config)(\s[^>]*)?>", re.DOTALL)


def yanglint_takes(directory: Path, *documents: bytes, options: str) -> bool:
    """Whether yanglint finds the documents valid, read by the options."""
    files = []
    for number, document in enumerate(documents):
        files.append(directory / f"{number}.xml")
        files[-1].write_text(WRAPPER.sub("", document.decode()), encoding="utf-8")
    yang = reference() / "curity" / "yang"
    command = [str(YANGLINT), "-t", "config", *options.split(), "-p", str(yang), *map(str, sorted(yang.glob("*.yang"))), *map(str, files)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", [*sample_names("bad"), *sample_names("good")[1:]])
def test_an_edit_is_judged_as_yanglint_judges_it(name: str, tmp_path: Path) -> None:
    """In the dialect in which nothing is open; a merge folds the two equal entries of bad-16 into one."""
    taken = admin_of_samples(OTHER_DIALECT).patch_xml(sample(name)).status_code == 204
    merged = "" if name.startswith("bad-16") else "-m"
    documents = [sample(name)] if name.startswith("bad-16") else [base_export(), sample(name)]
    assert taken == yanglint_takes(tmp_path, *documents, options=merged)


@pytest.mark.parametrize("name", [*export_names(), "own", "good-01"])
def test_the_configuration_after_the_how_to_is_valid(name: str, tmp_path: Path) -> None:
    starts = {"own": OWN_EXPORT.read_bytes, "good-01": base_export}
    admin = Admin(starts[name]() if name in starts else real_export(name))
    assert yanglint_takes(tmp_path, admin.datastore.export(), options="-n")
    assert admin.patch_xml(how_to()).status_code == 204
    assert yanglint_takes(tmp_path, admin.datastore.export(), options="-n")
