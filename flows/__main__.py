"""Run one flow in this process: `python -m flows NAME`, its parameters as JSON on standard input, its report as JSON on standard output."""

import json
import sys
from importlib import import_module

from dcr.errors import DcrError
from dcr.results.report import Report


def main(name: str) -> int:
    """Run the flow of this name; an error of ours is told in words."""
    flow = getattr(import_module(f"flows.{name}"), name)
    try:
        result = flow(**json.load(sys.stdin))
    except DcrError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if isinstance(result, Report):
        sys.stdout.write(result.model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
