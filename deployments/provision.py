"""Work pools and automations at the server that PREFECT_API_URL names: `python -m deployments.provision [process|kubernetes]`.

Pools of kind `kubernetes` need DCR_IMAGE, the image that their jobs run (deployments/Dockerfile). Running it again brings them up to date.
Do it before `prefect --no-prompt deploy --all`, which needs the pools.
"""

from __future__ import annotations

import os
import sys

from prefect import get_client

from deployments.automations import apply, wanted_automations
from deployments.work_pools import DESCRIPTIONS, apply_pool

KINDS = ("process", "kubernetes")


def main(arguments: list[str]) -> int:
    """Apply pools of the kind that is named, by default `process`, and all automations."""
    kind = arguments[0] if arguments else "process"
    image = os.environ.get("DCR_IMAGE", "")
    if kind not in KINDS or (kind == "kubernetes" and not image):
        sys.stderr.write(f"usage: python -m deployments.provision [{'|'.join(KINDS)}]; kubernetes needs DCR_IMAGE\n")
        return 64
    with get_client(sync_client=True) as client:
        for name in DESCRIPTIONS:
            apply_pool(client, name, kind, image)
        for automation in wanted_automations(os.environ):
            apply(client, automation)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
