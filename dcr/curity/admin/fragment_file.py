"""Puts a fragment where people or their pipeline find it: one file a platform, and beside it the variables that the server needs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from dcr.curity.admin.fragment import Fragment
from dcr.errors import Refused


def fragment_path(directory: Path, platform: str) -> Path:
    """The file of one platform."""
    return directory / f"dcr-{platform}.xml"


def parameters_path(directory: Path, platform: str) -> Path:
    """The names of its parameters."""
    return directory / f"dcr-{platform}.parameters.txt"


def write_fragment(directory: Path, platform: str, fragment: Fragment) -> Path:
    """Write both files, where they differ; a reader never sees half of one.

    Returns:
        the fragment's path.

    Raises:
        Refused: the directory cannot be written.
    """
    path = fragment_path(directory, platform)
    beside = "".join(f"{parameter.name}\n    {parameter.holds}\n" for parameter in fragment.parameters)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _put(path, fragment.content)
        _put(parameters_path(directory, platform), beside.encode())
    except OSError as error:
        remedy = "Set DCR_CURITY__RENDER_DIRECTORY to a directory that this process may write."
        raise Refused(f"curity.mode: render: {path}", f"cannot be written ({error.strerror})", remedy) from None
    return path


def _put(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).replace(path)
