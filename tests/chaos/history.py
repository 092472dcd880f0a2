"""What people did and were told while things broke, and whether the portal's own rows agree."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from muqeem.operations.models import Receipt
from muqeem.record.models import Message


@dataclass(frozen=True)
class Step:
    """One request of one person: what was wanted, and whether it was told as done, refused, or not at all."""

    what: str
    whose: str
    began: float
    ended: float
    outcome: str  # ok, refused, unknown
    status: int = 0  # none where the answer was lost


@dataclass
class History:
    """Everything in the order in which it ended."""

    steps: list[Step] = field(default_factory=list)
    faults: list[tuple[float, str]] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)  # of an operation, what its person was shown
    contradicted: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    gave_up: int = 0

    def shown(self, token: str, receipt: str) -> None:
        """A receipt was shown: always the same for one operation."""
        if self.receipts.setdefault(token, receipt) != receipt:
            self.contradicted.append(token)

    def struck(self, fault: str) -> None:
        self.faults.append((time.monotonic(), fault))

    def lines(self) -> Iterator[str]:
        """What each kind of fault cost: answers of 503, answers lost, and how long until the next good one."""
        costs: dict[str, list[tuple[int, int, float]]] = {}
        for (at, fault), (until, _next) in zip(self.faults, [*self.faults[1:], (float("inf"), "")], strict=True):
            during = [step for step in self.steps if at <= step.ended < until]
            good = min((step.ended for step in self.steps if step.began >= at and step.outcome != "unknown"), default=at)
            answered = sum(step.status == 503 for step in during)
            costs.setdefault(fault, []).append((answered, sum(step.outcome == "unknown" for step in during) - answered, good - at))
        for fault, each in sorted(costs.items()):
            paused, lost, seconds = zip(*each, strict=True)
            yield f"{fault}: {len(each)} times, {sum(paused)} × 503, {sum(lost)} lost, good again after {max(seconds):.2f} s at worst"

    def summary(self) -> str:
        outcomes = Counter(step.outcome for step in self.steps)
        told = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in ("ok", "refused", "unknown"))
        return f"{len(self.receipts)} operations, {len(self.faults)} faults, {len(self.steps)} requests: {told}; {self.gave_up} gave up"


def untrue(history: History) -> list[str]:
    """Where what people were told differs from what the register holds."""
    kept = {str(receipt.token.uuid): str(receipt.uuid) for receipt in Receipt.objects.select_related("token")}
    shown = history.receipts
    return (
        [f"unexpected: {answer}" for answer in history.unexpected]
        + [f"two receipts were shown for {token}" for token in history.contradicted]
        + [f"{token}: receipt {shown[token]} was shown and is not there" for token in shown.keys() - kept.keys()]
        + [f"{token}: done, and nobody was told" for token in kept.keys() - shown.keys()]
        + [f"{token}: another receipt was shown" for token in shown.keys() & kept.keys() if shown[token] != kept[token]]
    )


def misheard(log: Path) -> list[str]:
    """Where the provider's own log differs from the outbox: what was lost, sent without a row, changed, or billed twice."""
    heard = [json.loads(line) for line in log.read_text().splitlines()]
    taken = {text["key"] for text in heard if text["taken"]}
    said = {text["key"]: set() for text in heard}
    for text in heard:
        said[text["key"]].add((text["to"], text["text"]))
    rows = {str(message.key): message for message in Message.objects.filter(channel=Message.Channel.TEXT)}
    sent = {key for key, message in rows.items() if message.sent_at}
    per_receipt = Counter(
        (rows[key].arguments["receipt"], rows[key].receiver) for key in taken & rows.keys() if "receipt" in rows[key].arguments
    )
    return (
        [f"{key}: sent, says its row, and the provider never took it" for key in sent - taken]
        + [f"{key}: the provider took a text that has no row" for key in taken - rows.keys()]
        + [f"{key}: {len(words)} different texts under one key" for key, words in said.items() if len(words) > 1]
        + [f"{number}: {count} texts to one person" for (number, _to), count in per_receipt.items() if count > 1]
    )
