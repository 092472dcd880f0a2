"""The checker of the soak sees what it is there to see."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muqeem import clock
from muqeem.record.models import Message
from tests.chaos.history import History, Step, misheard, untrue
from tests.operations.journeys import Person

pytestmark = pytest.mark.django_db


def true_history() -> History:
    person = Person()
    receipt = person.renewed()
    history = History()
    history.shown(str(receipt.token.uuid), str(receipt.uuid))
    return history


def forget(history: History) -> None:
    history.receipts.clear()


def invent(history: History) -> None:
    history.shown("never", "done")


def mistake(history: History) -> None:
    [token] = history.receipts
    history.receipts[token] = "another"


def contradict(history: History) -> None:
    [token] = history.receipts
    history.shown(token, "another")


@pytest.mark.parametrize("lie", [forget, invent, mistake, contradict])
def test_a_person_who_was_told_something_else_is_noticed(lie: Callable[[History], None]) -> None:
    history = true_history()
    assert untrue(history) == []
    lie(history)
    assert len(untrue(history)) == 1


def provider_log(folder: Path, *lines: dict[str, Any]) -> Path:
    log = folder / "provider.log"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return log


def heard(message: Message, **changed: Any) -> dict[str, Any]:
    return {"key": str(message.key), "to": message.receiver, "text": "done", "taken": True} | changed


def test_a_provider_who_heard_something_else_is_noticed(tmp_path: Path) -> None:
    receipt = Person().renewed()
    Message.objects.update(sent_at=clock.now())
    code, done = Message.objects.filter(channel=Message.Channel.TEXT).order_by("pk")
    assert done.arguments["receipt"] == receipt.number
    true = [heard(code), heard(done)]
    assert misheard(provider_log(tmp_path, *true, heard(done))) == []  # again under the same key: billed once
    for lie in (
        [heard(code)],
        [heard(code), heard(done, taken=False)],
        [*true, heard(done, key="ghost")],
        [*true, heard(done, text="something else")],
    ):
        assert len(misheard(provider_log(tmp_path, *lie))) == 1, lie
    twice = Message.objects.create(template=done.template, language="ar", receiver=done.receiver, arguments=done.arguments)
    assert len(misheard(provider_log(tmp_path, *true, heard(twice)))) == 1


def test_what_each_kind_of_fault_cost_is_counted_until_the_next_one() -> None:
    history = History(faults=[(10.0, "one"), (20.0, "other")])
    for began, status in ((11.0, 503), (12.0, 0), (13.0, 302), (21.0, 200)):
        outcome = "unknown" if status in {0, 503} else "ok"
        history.steps.append(Step("confirm", "somebody", began, began + 0.5, outcome, status))
    assert list(history.lines()) == [
        "one: 1 times, 1 × 503, 1 lost, good again after 3.50 s at worst",
        "other: 1 times, 0 × 503, 0 lost, good again after 1.50 s at worst",
    ]
