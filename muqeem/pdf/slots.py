"""What differs between two pages of one template.

A template says `data-slot` right before what differs: the text of an element, `<bdi data-slot>…</bdi>`, or the value of
an attribute, `<path data-slot d="…">`. All else is fixed. The texts in between are escaped, so none can look like a mark.
"""

from dataclasses import dataclass
from html import unescape

MARK = " data-slot"
ATTRIBUTES = (' d="', ' content="')

# What stands for a slot in the fixed part: an empty one makes no box, so it is another page.
_FULL, _EMPTY = "\x01", "\x02"


@dataclass(frozen=True)
class Filled:
    """A page taken apart: HTML that is the same on all pages of its kind, and what stands in its slots."""

    fixed: str
    values: tuple[str, ...]


def read(html: str) -> Filled | None:
    """Take a page apart; None if nothing is marked in it, or not as it should be."""
    first, *rest = html.split(MARK)
    if not rest:
        return None
    fixed, values = [first], []
    for part in rest:
        start = 1 if part.startswith(">") else next((len(name) for name in ATTRIBUTES if part.startswith(name)), 0)
        if not start:
            return None
        value, end, after = part[start:].partition("<" if start == 1 else '"')
        fixed += part[:start], _FULL if value else _EMPTY, end, after
        values.append(unescape(value))
    return Filled("".join(fixed), tuple(values))
