"""One service's page, and beside it what Django itself costs: the same server with the middleware of a new project,
one view that reads session and user from the same tables, and a template of one line.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from muqeem.processes.child import Child
from muqeem.processes.portal import Portal
from tests.bench.load import Deed
from tests.bench.people import Actor
from tests.bench.stand import ROOT
from tests.live import eventually, free_port, stop
from tests.operations.journeys import RENEWAL

SERVICE = f"/services/{RENEWAL}/"


@contextmanager
def bare(url: str) -> Iterator[tuple[int, Child]]:
    """The bare project behind gunicorn as `make run` starts it: its port and its process."""
    surroundings = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.bare.settings"}
    port = free_port()
    var = Path(os.environ["MUQEEM_VAR"])
    project = Portal(ROOT, var, port, surroundings)
    project.logs = var.parent
    child = project._web()
    child.start()
    try:
        eventually(child.ready, 60)
        yield port, child
    finally:
        stop(child)


def looks(actors: list[Actor], port: int, path: str, many: int) -> list[Deed]:
    """So many looks at a page, by these people in turn."""
    visitors = [actor.visitor(port) for actor in actors]
    return [partial(visitors[place % len(visitors)].get, path) for place in range(many)]
