"""Proof that the journal was not rewritten."""

from collections.abc import Iterator
from dataclasses import dataclass

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


def faults(anchor: Anchor | None = None) -> Iterator[str]:
    """Every place where the chain does not hold: a line changed, missing, added, or cut off the end."""
    previous, expected, met = chain.GENESIS, 1, anchor is None or anchor.seq == 0
    for event in Event.objects.chained().iterator(chunk_size=2000):
        if event.seq != expected:
            yield f"line {expected} is missing"
            expected = event.seq or expected
        if event.previous_hash != previous:
            yield f"line {event.seq} does not follow the line before it"
        if event.hash != chain.link(event.previous_hash, event.body):
            yield f"line {event.seq} does not match its hash"
        if event.body != event.canonical():
            yield f"line {event.seq} was changed beside its text"
        if anchor and event.seq == anchor.seq:
            met = True
            if event.hash != anchor.hash:
                yield f"line {event.seq} is not the one that was anchored"
        previous, expected = event.hash, expected + 1
    last = head()
    if (last.seq, last.hash) != (expected - 1, previous):
        yield f"the head names line {last.seq}, the journal ends at line {expected - 1}"
    if anchor and not met:
        yield f"the anchored line {anchor.seq} is missing"
