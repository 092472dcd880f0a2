"""What holds a worker back: time for every task, memory for those that print."""

import inspect
import subprocess
import sys

import pytest

from muqeem.celery import PRINT_MEMORY, app
from muqeem.operations.models import Print
from muqeem.record.models import Message

EAT = f"""
from celery.signals import worker_process_init
from muqeem.celery import app
app.amqp.queues.select([{{queue!r}}])
worker_process_init.send(sender=None)  # as a child of the worker begins
try:
    bytearray({PRINT_MEMORY})
except MemoryError:
    print("held back")
"""


@pytest.mark.parametrize(("queue", "said"), [("prints", "held back\n"), ("texts", "")])
def test_a_child_that_prints_cannot_eat_the_machines_memory(queue: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", EAT.format(queue=queue)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")


@pytest.mark.parametrize("row", [Print, Message])
def test_a_task_is_ended_before_the_lease_of_its_row_is(row: type[Print] | type[Message]) -> None:
    lease = inspect.signature(row.lease).parameters["seconds"].default
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit <= 20 < lease
