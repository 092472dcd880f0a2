"""The shape of a page, read off one page that WeasyPrint laid out.

Only rows whose place does not depend on their text are taken: in the normal flow, in tables of fixed columns, without
floats beside them. Whatever was understood is proved at once: the page is put together again by its shape and must say
what WeasyPrint says of it, glyph by glyph and place by place. So another release of WeasyPrint, or a template that does
something unheard of, makes pages slow and not wrong.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

import pydyf
from weasyprint import Document
from weasyprint.formatting_structure import boxes

from muqeem.pdf.blank import Blank, page_content
from muqeem.pdf.hand import Written
from muqeem.pdf.letters import Specimen
from muqeem.pdf.shape import Drawing, Place, Row, Run, Shape, strokes
from muqeem.pdf.slots import Filled

_FLOW = (boxes.PageBox, boxes.BlockBox, boxes.TableBox, boxes.TableRowGroupBox, boxes.TableRowBox, boxes.TableCellBox)
_SHARES = {"start": 0.0, "center": 0.5, "end": 1.0}
_SAID = re.compile(rb"(?:/\w+ [0-9.]+ Tf\n)?(?P<shown>(?:\[[^\n]*\] TJ\n|-?[0-9.]+ Ts\n)+)")
_WORD = re.compile(rb"<[0-9a-f]*>|[\[\]]|[^\s<>\[\]]+")
_NOT_TEXT = {"title", "meta", "path"}
_CLOSE = 0.01
_FEW = 1000  # bytes of content that are not worth a stream of their own


class Unfit(Exception):
    """Other pages cannot be printed by the shape of this one."""


@dataclass(frozen=True)
class Found:
    """A text of a row, on the page that is read."""

    box: Any
    slot: int | None
    row: int
    line: int
    run: int


@dataclass(frozen=True)
class Frame:
    """What a row stands in, and its texts."""

    left: float
    room: float
    share: float
    lines: list[list[Any]]


def read_off(pages: Document, filled: Filled, specimen: Specimen, rows: tuple[Row, ...] = ()) -> tuple[tuple[Row, ...], Shape]:
    """The rows and the shape of this page, or the shape for rows that are known; raise `Unfit` if there is none."""
    slots = [element for element in pages._html.etree_element.iter() if "data-slot" in element.attrib]
    if len(slots) != len(filled.values):
        raise Unfit("a mark that is not of an element")
    tags = [element.tag.rpartition("}")[2] for element in slots]
    places = {id(element): place for place, element in enumerate(slots)}
    frames = list(_frames(pages.pages[0]._page_box, (), places))
    found = list(_found(frames, places))
    expected = [place for place, tag in enumerate(tags) if tag not in _NOT_TEXT and filled.values[place].strip()]
    runs = {(text.slot, text.row, text.run) for text in found if text.slot is not None}
    if sorted(slot for slot, _, _ in runs) != expected:
        raise Unfit("a slot that is not in a row, or in two places")

    pdf = _drawn(pages, specimen)
    content = page_content(pdf)
    drawings = [place for place, tag in enumerate(tags) if tag == "path"]
    pieces, shown = _pieces(content, found, drawings, filled.values)
    if not rows:
        rows = tuple(_rows(frames, found, shown, specimen))
    fixed, between = _apart(pieces)
    slot_of = {tag: place for place, tag in enumerate(tags)}
    blank = Blank(pdf, fixed, title=slot_of.get("title"), created=slot_of.get("meta"))
    shape = Shape(between, blank)
    drawn = shape.drawn([row.lines(filled.values) for row in rows], filled.values)
    if not _same(b"".join(chain.from_iterable(zip_longest(fixed, drawn, fillvalue=b""))), content):
        raise Unfit("a page that is not understood")
    return rows, shape


def _frames(box: Any, ancestors: tuple[Any, ...], places: Mapping[int, int]) -> Iterator[Frame]:
    """The rows in which something differs, in the order of the page."""
    children = getattr(box, "children", ())
    lines = [child for child in children if isinstance(child, boxes.LineBox)]
    if any(id(text.element) in places for line in lines for text in _within(line, boxes.InlineBox) if isinstance(text, boxes.TextBox)):
        _check_flow((*ancestors, box))
        yield _frame(box, lines, [list(_texts(line)) for line in lines], places)
        return
    for child in children:
        if isinstance(child, boxes.Box):
            yield from _frames(child, (*ancestors, box), places)


def _check_flow(ancestors: Sequence[Any]) -> None:
    for box in ancestors:
        if not isinstance(box, _FLOW) or not box.is_in_normal_flow():
            raise Unfit(f"a slot in {type(box).__name__}")
        if isinstance(box, boxes.TableBox) and (box.style["table_layout"] != "fixed" or box.style["width"] == "auto"):
            raise Unfit("a slot in a table whose columns depend on their texts")
    cell = next((box for box in reversed(ancestors) if isinstance(box, boxes.TableCellBox)), ancestors[0])
    if any(isinstance(box, boxes.Box) and box.is_floated() for box in _within(cell, boxes.Box)):
        raise Unfit("a slot beside a float")


def _within(box: Any, deep: type) -> Iterator[Any]:
    """What is in a box, and in boxes of this kind in it, but not in cells of tables."""
    for child in getattr(box, "children", ()):
        yield child
        if isinstance(child, deep) and not isinstance(child, boxes.TableCellBox):
            yield from _within(child, deep)


def _texts(box: Any) -> Iterator[Any]:
    """The texts of a line, from left to right: WeasyPrint sets every inline box in its own direction."""
    if isinstance(box, boxes.TextBox):
        if box.text:
            yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in reversed(box.children) if box.style["direction"] == "rtl" else box.children:
            yield from _texts(child)
    else:
        raise Unfit(f"a slot beside {type(box).__name__}")


def _frame(box: Any, lines: list[Any], texts: list[list[Any]], places: Mapping[int, int]) -> Frame:
    slots = {places.get(id(text.element)) for line in texts for text in line}
    if len(lines) > 1 and (len(slots) > 1 or any(len(line) != 1 for line in texts)):
        raise Unfit("several texts in several lines")
    share = _SHARES.get(lines[0].style["text_align_all"])
    if share is None:
        raise Unfit(f"text-align: {lines[0].style['text_align_all']}")
    if box.style["direction"] == "rtl":
        share = 1 - share
    return Frame(box.content_box_x(), box.width, share, texts)


def _found(frames: Sequence[Frame], places: Mapping[int, int]) -> Iterator[Found]:
    for row, frame in enumerate(frames):
        for line, texts in enumerate(frame.lines):
            for run, box in enumerate(texts):
                yield Found(box, places.get(id(box.element)), row, line, run)


def _rows(frames: Sequence[Frame], found: Sequence[Found], shown: Mapping[int, bytes], specimen: Specimen) -> Iterator[Row]:
    for row, frame in enumerate(frames):
        runs = [
            Run(specimen.hand(text.box.style), text.slot)
            if text.slot is not None
            else Run(specimen.hand(text.box.style), None, Written(text.box.width, shown.get(id(text.box), b"")))
            for text in found
            if (text.row, text.line) == (row, 0)
        ]
        yield Row(tuple(runs), frame.left, frame.room, frame.share)


def _drawn(pages: Document, specimen: Specimen) -> pydyf.PDF:
    """The page as objects of PDF, with all letters in its fonts."""
    copied = pages.copy()
    copied.fonts.update(specimen.fonts(pages.fonts))
    drawn: list[pydyf.PDF] = []
    copied.write_pdf(finisher=lambda _, pdf: drawn.append(pdf))
    for key, font in pages.fonts.items():
        if any(copied.fonts[key].to_unicode[glyph] != text for glyph, text in font.to_unicode.items()):
            raise Unfit("a letter that reads as another on other pages")
    return drawn[0]


def _pieces(content: bytes, found: Sequence[Found], drawings: Sequence[int], values: Sequence[str]) -> tuple[list[Any], dict[int, bytes]]:
    """What is drawn, cut where something differs; and what is said of each text that was found."""
    cuts: list[tuple[int, int, Place | Drawing]] = []
    shown = {}
    for text in found:
        if not text.box.text.strip():
            continue  # takes room, and is not drawn
        start = _only(content, _moved(text.box))
        down = content.index(b" ", start + len(b"1 0 0 -1 ")) + 1
        said = _SAID.match(content, content.index(b"\n", start) + 1)
        if not said:
            raise Unfit("a text that is not shown")
        shown[id(text.box)] = said["shown"]
        cuts.append((start, said.end(), Place(text.row, text.line, text.run, content[down : said.start("shown")])))
    for slot in drawings:
        drawn = strokes(values[slot])
        start = _only(content, drawn)
        cuts.append((start, start + len(drawn), Drawing(slot)))
    pieces: list[Any] = []
    at = 0
    for start, end, piece in sorted(cuts, key=lambda cut: cut[0]):
        pieces += content[at:start], piece
        at = end
    return [*pieces, content[at:]], shown


def _apart(pieces: Sequence[Any]) -> tuple[list[bytes], list[list[Any]]]:
    """What never changes, and what is between: a few fixed words stay with what changes around them."""
    fixed: list[bytes] = [pieces[0]]
    between: list[list[Any]] = [[]]
    for piece in pieces[1:-1]:
        if isinstance(piece, bytes) and len(piece) > _FEW:
            fixed.append(piece)
            between.append([])
        else:
            between[-1].append(piece)
    return [*fixed, pieces[-1]], between


def _moved(box: Any) -> bytes:
    stream = pydyf.Stream()
    stream.set_text_matrix(1, 0, 0, -1, box.position_x, box.position_y + box.baseline)
    moved: bytes = stream.stream[0] + b"\n"
    return moved


def _only(content: bytes, said: bytes) -> int:
    if not said or content.count(said) != 1:
        raise Unfit("something that is not said once")
    return content.index(said)


def _same(one: bytes, other: bytes) -> bool:
    """Do two contents draw the same?"""
    return all(_close(a, b) for a, b in zip_longest(_words(one), _words(other)))


def _close(one: bytes | float | None, other: bytes | float | None) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < _CLOSE
    return one == other


def _words(content: bytes) -> list[bytes | float]:
    """Operators, numbers and glyphs; without the noughts between glyphs, which move nothing."""
    words: list[bytes | float] = []
    shown = False
    for word in _WORD.findall(content):
        if word in b"[]":
            shown = word == b"["
        elif word.startswith(b"<"):
            words += [word[at : at + 4] for at in range(1, len(word) - 1, 4)]
        elif word[:1] in b"-.0123456789":
            if not shown or float(word):
                words.append(float(word))
        else:
            words.append(word)
    return words
