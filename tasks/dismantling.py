"""A flow run that takes the platform's own part away: how it begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dcr.engine.dismantling import dismantling_run
from dcr.engine.run import Run
from tasks.accepting import accept
from tasks.context import context_of
from tasks.labels import label_run
from tasks.restarts import refuse_second_restart
from tasks.running import PrefectExecution, published


@contextmanager
def begin_dismantling(*, asks: bool) -> Iterator[Run]:
    """One run that takes away; whatever ends it, its report is published.

    Raises:
        Problems: the platform's file is faulty.
        Refused: an automation has started the run again too often.
    """
    refuse_second_restart()
    platform = accept(None)
    run = dismantling_run(context_of(platform, None), PrefectExecution(), label_run(platform, None), asks=asks)
    with published(run):
        yield run
