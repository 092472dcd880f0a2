"""Proof that the journal was not rewritten."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from muqeem.record import chain
from muqeem.record.models import ChainHead, Event


@dataclass(frozen=True)
class Anchor:
    """A link written down outside the database."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"

    @classmethod
    def of(cls, text: str) -> "Anchor":
        seq, hashed = text.split()
        return cls(int(seq), hashed)


def head() -> Anchor:
    """The last link, to be written down."""
    last = ChainHead.objects.get()
    return Anchor(last.seq, last.hash)


@contextmanager
def snapshot() -> Iterator[None]:
    """Read lines and head as they stood at one moment, while others go on sealing."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def faults(anchor: Anchor | None = None) -> Iterator[str]:
    """Every place where the chain does not hold: a line changed, missing, added, or cut off the end."""
    last, met = Anchor(0, chain.GENESIS), anchor is None or anchor.seq == 0
    for event in Event.objects.chained().iterator(chunk_size=2000):
        yield from _faults_of(event, last)
        last = Anchor(event.seq or 0, event.hash)
        if anchor and last.seq == anchor.seq:
            met = True
            if last != anchor:
                yield f"line {last.seq} is not the one that was anchored"
    kept = ChainHead.objects.first()
    if kept is None:
        yield "the head is missing"
    elif Anchor(kept.seq, kept.hash) != last:
        yield f"the head names line {kept.seq}, the journal ends at line {last.seq}"
    if anchor and not met:
        yield f"the anchored line {anchor.seq} is missing"


def _faults_of(event: Event, before: Anchor) -> Iterator[str]:
    if event.seq != before.seq + 1:
        yield f"line {before.seq + 1} is missing"
    if event.previous_hash != before.hash:
        yield f"line {event.seq} does not follow the line before it"
    if event.hash != chain.link(event.previous_hash, event.body):
        yield f"line {event.seq} does not match its hash"
    if event.body != event.canonical():
        yield f"line {event.seq} was changed beside its text"
