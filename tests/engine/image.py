"""Does what deployments/Dockerfile says, in a directory instead of a container: what can be known of an image without an engine."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from tests.engine.prefect_processes import TREE, plain_environment

NEEDS_ROOT = "apt-get"  # packages and the user; every machine of developers has make


@dataclass(slots=True)
class Image:
    """What the file has made so far."""

    root: Path  # stands for /
    environment: dict[str, str] = field(default_factory=plain_environment)
    working_directory: Path = Path()

    def at(self, path: str) -> Path:
        """Where a path of the image is here."""
        return self.root / path.removeprefix("/") if path.startswith("/") else self.working_directory / path

    def moved(self, text: str) -> str:
        """A value with the image's directories where they are here."""
        return ":".join(str(self.at(part)) if part.startswith(("/srv", "/home")) else part for part in text.split(":"))

    def env(self, words: list[str]) -> None:
        for word in words:
            name, _, value = word.partition("=")
            self.environment[name] = self.moved(Template(value).safe_substitute(self.environment))

    def copy(self, sources: list[str], target: str) -> None:
        for source in sources:
            destination = self.at(target)
            if (TREE / source).is_dir():
                shutil.copytree(TREE / source, destination, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(TREE / source, destination)

    def run(self, command: list[str]) -> None:
        ended = subprocess.run(command, cwd=self.working_directory, env=self.environment, capture_output=True, text=True)
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"

    def packages(self) -> set[str]:
        """What is installed, by distribution."""
        listing = "import importlib.metadata as m; print(*(one.metadata['Name'].lower() for one in m.distributions()))"
        python = [f"{self.working_directory}/.venv/bin/python", "-c", listing]
        return set(subprocess.run(python, env=self.environment, capture_output=True, text=True, check=True).stdout.split())

    def files(self) -> set[str]:
        """Everything below the working directory."""
        return {str(file) for file in self.working_directory.rglob("*")}


def instructions(dockerfile: str) -> Iterator[tuple[str, str, list[str]]]:
    """Each instruction with what follows it, as it stands and as words."""
    lines = (line for line in dockerfile.replace("\\\n", " ").splitlines() if line and not line.startswith("#"))
    for line in lines:
        name, _, rest = line.partition(" ")
        yield name, rest, shlex.split(rest)


def built(dockerfile: Path, root: Path) -> Image:
    """The image that this file makes, in a directory."""
    image = Image(root)
    image.at("/home/dcr").mkdir(parents=True)  # as useradd does
    for name, rest, words in instructions(dockerfile.read_text(encoding="utf-8")):
        match name:
            case "ENV":
                image.env(words)
            case "WORKDIR":
                image.working_directory = image.at(words[0])
                image.working_directory.mkdir(parents=True)
            case "COPY":
                image.copy(words[:-1], words[-1])
            case "RUN" if words[0] != NEEDS_ROOT:
                image.run(["sh", "-c", rest])
    return image
