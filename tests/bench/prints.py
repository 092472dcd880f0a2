"""Printed pages: how many one processor makes in a second, by their shape and laid out in full, of the same facts.

Measured in processor time, so that a busy machine changes little. `compare` lays out every page that was printed by
its shape and looks for a difference; the tests do the same with fewer pages.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from muqeem import pdf
from tests.muqeem.papers import DIFFERENT, RENEWAL, a_random_page, in_full, layouts, pixels_that_differ

TAUGHT = 300  # pages that a printer sees first
LAID_OUT = 20  # pages of which the slow way is measured


@dataclass(frozen=True)
class Prints:
    """One way to print, and what each page took, in seconds of processor time."""

    way: str
    spent: list[float]
    size: int

    @property
    def rate(self) -> float:
        """Pages a second of one processor."""
        return len(self.spent) / sum(self.spent)

    def row(self) -> list[object]:
        return [self.way, f"{self.rate:.0f}", f"{1000 * median(self.spent):.1f} ms", f"{self.size // 1000} KB"]


def prints(many: int) -> tuple[list[Prints], float]:
    """The ways to print, and which part of so many random pages had a known shape."""
    rng = random.Random(2026)
    for _ in range(TAUGHT):
        pdf.render(RENEWAL, a_random_page(rng))
    contexts = [a_random_page(rng) for _ in range(many)]
    known, others = [], []
    for context in contexts:
        with layouts() as made:
            spent, file = _spent(pdf.render, RENEWAL, context)
        (others if made else known).append((spent, len(file)))
    slow = [_spent(in_full, context) for context in contexts[:LAID_OUT]]
    ways = [
        ("by its shape", known),
        ("all pages, as they come", known + others),
        ("laid out by WeasyPrint", [(spent, len(file)) for spent, file in slow]),
    ]
    return [Prints(way, [spent for spent, _ in pages], max(size for _, size in pages)) for way, pages in ways], len(known) / many


def compare(many: int) -> tuple[int, int]:
    """Of so many random pages, how many had a known shape, and how many of these differ from their layout."""
    rng = random.Random()
    known = differing = 0
    for _ in range(many):
        context = a_random_page(rng)
        with layouts() as made:
            file = pdf.render(RENEWAL, context)
        if not made:
            known += 1
            differing += pixels_that_differ(file, in_full(context)) > DIFFERENT
    return known, differing


def _spent(make: Callable[..., bytes], *arguments: Any) -> tuple[float, bytes]:
    before = time.process_time()
    file = make(*arguments)
    return time.process_time() - before, file
