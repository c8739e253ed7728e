"""A flow run that takes a tenant away: how it begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dcr.engine.offboarding import Leaving, Level, leaving_run, leaving_tenant
from dcr.engine.run import Run
from tasks.accepting import accept
from tasks.context import context_of
from tasks.labels import label_run
from tasks.restarts import refuse_second_restart
from tasks.running import PrefectExecution, published


@contextmanager
def begin_offboarding(slug: str, requested_by: str, ticket: str, level: Level, *, asks: bool) -> Iterator[tuple[Run, Leaving]]:
    """One run that takes away; whatever ends it, its report is published.

    Raises:
        Problems: the platform's file is faulty.
        Refused: an automation has started the run again too often, or the slug is none.
    """
    refuse_second_restart()
    platform, asked = accept(None), Leaving(slug, level, requested_by, ticket)
    ctx = context_of(platform, leaving_tenant(context_of(platform, None).vault, asked))
    run = leaving_run(ctx, PrefectExecution(), label_run(platform, ctx.tenant), level, asks=asks)
    with published(run):
        yield run, asked
