"""The queue: hints travel through Redis, the truth stays in PostgreSQL.

Workers wait for the broker as long as it takes; nobody else does. The worker of the queue `prints` imports WeasyPrint
before it forks and limits each child's memory after.
"""

import os
import resource
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muqeem.settings")

app = Celery("muqeem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

PRINT_MEMORY = 512 << 20  # bytes of data; a worker that knows all its pages needs a third of it
WORKERS_WAIT = 5.0  # seconds for an answer of the broker


@celeryd_init.connect
def wait_for_work(conf: Any, **_: Any) -> None:
    """Let this process, which is a worker, wait longer for the broker than those that hand a hint over."""
    conf.broker_transport_options = {**conf.broker_transport_options, "socket_timeout": WORKERS_WAIT}


def _prints(sender: Any) -> bool:
    queues = getattr(getattr(sender, "app", app).amqp, "queues", {})
    return "prints" in getattr(queues, "consume_from", {})


@worker_init.connect
def warm(sender: Any = None, **_: Any) -> None:
    """Load fonts and style sheets once, before the children fork."""
    if _prints(sender):
        from muqeem import pdf  # noqa: PLC0415 -- only this worker prints

        pdf.warm()


@worker_process_init.connect
def confine(sender: Any = None, **_: Any) -> None:
    """A page that eats memory ends its own process, not the machine."""
    if _prints(sender):
        resource.setrlimit(resource.RLIMIT_DATA, (PRINT_MEMORY, PRINT_MEMORY))
