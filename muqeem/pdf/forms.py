"""What a process has learnt of its pages: forms, which are HTML that differs in the slots alone, and their shapes.

Nothing is read off the first page of a form: a template that forgot a mark makes a new form of every page, and reading
them all would be for nothing. The memory is bounded; what was not used for long is forgotten and learnt again.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from weasyprint import Document

from muqeem.pdf.hand import Unwritable
from muqeem.pdf.letters import Specimen
from muqeem.pdf.reading import Unfit, read_off
from muqeem.pdf.shape import Line, Row, Shape
from muqeem.pdf.slots import Filled

FORMS = 128
SHAPES = 256  # of all forms; each takes some 70 KB
TRIES = 5  # pages of a form from which nothing could be read off, until it is left in peace

logger = logging.getLogger(__name__)

Value = TypeVar("Value")
Key = TypeVar("Key")


class Recent(OrderedDict[Key, Value], Generic[Key, Value]):
    """The values that were used last."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def use(self, key: Key) -> Value | None:
        """The value, if there is one; it is now the last to go."""
        if key not in self:
            return None
        self.move_to_end(key)
        return self[key]

    def keep(self, key: Key, value: Value) -> None:
        """Keep one more; whichever was not used for longest may go."""
        self[key] = value
        if len(self) > self._most:
            self.popitem(last=False)


@dataclass(frozen=True)
class Draft:
    """The rows of a page, written but for their places."""

    rows: list[list[Line]]

    @property
    def lines(self) -> tuple[int, ...]:
        """How many lines each row takes: by that, the shapes of a form differ."""
        return tuple(map(len, self.rows))


# By the fixed part of a form, and the lines that each row takes; None takes more than one sheet.
Shapes = Recent[tuple[str, tuple[int, ...]], Shape | None]


class TooLong(Exception):
    """The page is known to take more than one sheet."""


class Form:
    """Pages whose HTML differs in the slots alone."""

    def __init__(self, fixed: str, specimen: Specimen, shapes: Shapes) -> None:
        self._fixed = fixed
        self._specimen = specimen
        self._shapes = shapes
        self._rows: tuple[Row, ...] = ()
        self._tries = TRIES

    def file(self, values: Sequence[str]) -> bytes | None:
        """The file of a page, if its shape is known; raise `TooLong` if that is known."""
        draft = self._draft(values)
        if draft is None or (self._fixed, draft.lines) not in self._shapes:
            return None
        shape = self._shapes.use((self._fixed, draft.lines))
        if shape is None:
            raise TooLong
        return shape.file(draft.rows, values)

    def learn(self, pages: Document, filled: Filled) -> None:
        """Learn the shape of a page that was laid out."""
        if not self._tries:
            return
        draft = self._draft(filled.values)
        if len(pages.pages) > 1:
            if draft:
                self._shapes.keep((self._fixed, draft.lines), None)
        elif draft or not self._rows:
            self._read(pages, filled)

    def _read(self, pages: Document, filled: Filled) -> None:
        try:
            self._rows, shape = read_off(pages, filled, self._specimen, self._rows)
        except (Unfit, Unwritable) as reason:
            self._tries -= 1
            logger.info("no other page can be printed like this one: %s", reason)
            return
        draft = self._draft(filled.values)
        if draft:
            self._shapes.keep((self._fixed, draft.lines), shape)

    def _draft(self, values: Sequence[str]) -> Draft | None:
        if not self._rows:
            return None
        try:
            return Draft([row.lines(values) for row in self._rows])
        except Unwritable:
            return None
