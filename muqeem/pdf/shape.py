"""One shape of a page: what never changes on it, and where the rest goes.

A row is a line of text in which something differs; its texts are set anew, from left to right. A long text that is alone
in its row may take several lines; then all below it stands lower, so that is another shape of the same form.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from muqeem.pdf.blank import Blank
from muqeem.pdf.hand import Hand, Unwritable, Written

NEAR = 0.1  # of a pixel: as good as too long for a line

# Where the texts of a line begin, and what is said there.
Line = list[tuple[float, bytes]]


@dataclass(frozen=True)
class Run:
    """A text of one style: what stands in a slot, or a fixed one, written once."""

    hand: Hand
    slot: int | None
    fixed: Written | None = None

    def written(self, values: Sequence[str]) -> Written:
        """Its text on this page."""
        return self.fixed or self.hand.write(self.text(values))

    def text(self, values: Sequence[str]) -> str:
        """What stands in its slot."""
        return "" if self.slot is None else values[self.slot]


@dataclass(frozen=True)
class Row:
    """Texts side by side, from left to right."""

    runs: tuple[Run, ...]
    left: float
    room: float
    share: float  # how much of the room that is left over is left of the texts

    def lines(self, values: Sequence[str]) -> list[Line]:
        """What is said for these values; raise `Unwritable` if only a layout can tell."""
        written = [run.written(values) for run in self.runs]
        if sum([one.width for one in written]) <= self.room - NEAR:
            return [self._placed(written)]
        if len(self.runs) > 1:
            raise Unwritable("too long for its line")
        run = self.runs[0]
        return [self._placed([run.hand.write(part)]) for part in run.hand.broken(run.text(values), self.room)]

    def _placed(self, written: list[Written]) -> Line:
        over = self.room - sum([one.width for one in written])
        if over < 0:
            raise Unwritable("too long for its line")
        at, line = self.left + self.share * over, []
        for one in written:
            line.append((at, one.operators))
            at += one.width
        return line


@dataclass(frozen=True)
class Place:
    """Where a text of a row goes: how low, and the choice of its font."""

    row: int
    line: int
    run: int
    down: bytes


@dataclass(frozen=True)
class Drawing:
    """Where a drawing goes."""

    slot: int


@dataclass(frozen=True)
class Shape:
    """A page without its texts."""

    contents: Sequence[Sequence[bytes | Place | Drawing]]
    blank: Blank

    def drawn(self, rows: Sequence[Sequence[Line]], values: Sequence[str]) -> list[bytes]:
        """What is drawn between the contents that never change, which are part of the blank."""
        drawn = []
        for pieces in self.contents:
            said: list[bytes] = []
            for piece in pieces:
                if isinstance(piece, Place):
                    at, operators = rows[piece.row][piece.line][piece.run]
                    said += (b"1 0 0 -1 %.6f " % at, piece.down, operators)
                elif isinstance(piece, Drawing):
                    said.append(strokes(values[piece.slot]))
                else:
                    said.append(piece)
            drawn.append(b"".join(said))
        return drawn

    def file(self, rows: Sequence[Sequence[Line]], values: Sequence[str]) -> bytes:
        """The file of a page with these rows."""
        return self.blank.file(self.drawn(rows, values), values)


def strokes(path: str) -> bytes:
    """A drawing of strokes, `M0 0.5L7 0.5M10 0.5L12 0.5`, in the operators of PDF."""
    return (path.replace("L", " m\n").replace("M", " l\n") + " l\n").encode()[3:]
