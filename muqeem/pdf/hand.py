"""Text in one style, shaped by Pango and said in the operators of PDF, as WeasyPrint's `draw_first_line` says it.

WeasyPrint makes a layout for every text and throws it away; a hand keeps the one of its style. It writes only letters
that are embedded in every page and read back as the text that they stand for: the rest is not for the fast path.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import Any

from weasyprint.text.ffi import FROM_UNITS, ffi, pango
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import Layout, line_size, split_first_line

# All that WeasyPrint asks of a style while it shapes and breaks a text.
_ASKED = (
    "direction",
    "font_family",
    "font_feature_settings",
    "font_kerning",
    "font_language_override",
    "font_size",
    "font_stretch",
    "font_style",
    "font_variant_alternates",
    "font_variant_caps",
    "font_variant_east_asian",
    "font_variant_ligatures",
    "font_variant_numeric",
    "font_variant_position",
    "font_variation_settings",
    "font_weight",
    "hyphenate_character",
    "hyphenate_limit_chars",
    "hyphenate_limit_zone",
    "hyphens",
    "lang",
    "letter_spacing",
    "line_height",
    "overflow_wrap",
    "tab_size",
    "text_decoration_line",
    "white_space",
    "word_break",
    "word_spacing",
)


REMEMBERED = 2048  # texts of one style
_GLYPH = Struct("=IiiiI")  # a PangoGlyphInfo


class Style(dict[str, Any]):
    """What is asked of a style of WeasyPrint's, without the whole sheet behind it."""

    def __init__(self, style: Any) -> None:
        super().__init__({key: style[key] for key in _ASKED})
        self.font_config = style.font_config


@dataclass(frozen=True)
class Letters:
    """A font as every page embeds it: how wide each glyph is, in thousandths, and which text it is read as."""

    widths: Mapping[int, float]
    read_as: Mapping[int, str]


@dataclass(frozen=True)
class Written:
    """A text on one line."""

    width: float
    operators: bytes


class Unwritable(Exception):
    """The text is not for the fast path."""


class Case(dict[tuple[int, int, int, int, int], tuple[str, str]]):
    """The letters of a font in one size: how each glyph is said that Pango has placed, and which text it is read as."""

    def __init__(self, letters: Letters, size: float) -> None:
        super().__init__()
        self._letters = letters
        self._size = size

    def __missing__(self, placed: tuple[int, int, int, int, int]) -> tuple[str, str]:
        glyph, advance, x_offset, y_offset, _ = placed
        if glyph not in self._letters.read_as:
            raise Unwritable(f"glyph {glyph}")
        offset = x_offset / self._size
        said = f"{-offset:f}<{glyph:04x}>" if offset else f"<{glyph:04x}>"
        if y_offset:
            said = f"] TJ\n{-y_offset / 1000:g} Ts\n[{said}] TJ\n0 Ts\n["
        kerning = int(self._letters.widths[glyph] + offset - advance * 1000 * FROM_UNITS / self._size)
        self[placed] = f"{said}{kerning} " if kerning else said, self._letters.read_as[glyph]
        return self[placed]


class Hand:
    """One style of writing."""

    def __init__(self, style: Style, letters: Mapping[int, Letters]) -> None:
        self._style = style
        self._letters = letters
        self._cases: dict[Any, Case] = {}
        self._kept: list[Layout] = []
        self._layout = self._new_layout()
        # Days, occupations and employers come again and again.
        self.write = lru_cache(REMEMBERED)(self._write)
        self.broken = lru_cache(REMEMBERED)(self._broken)

    def _write(self, text: str) -> Written:
        """The text on one line, however long."""
        if text.strip(" ") != text or "  " in text:
            raise Unwritable("spaces that a layout would leave out")
        self._layout.set_text(text, justify=True)
        line, _ = self._layout.get_first_line()
        width, _ = line_size(line, self._style)
        return Written(width, self._operators(line, text.encode()))

    def _broken(self, text: str, room: float) -> tuple[str, ...]:
        """The text as WeasyPrint breaks it into lines that are no wider than the room."""
        lines, rest = [], text.encode()
        while rest:
            layout, _, resume_at, *_ = split_first_line(rest.decode(), self._style, None, room, 0)
            lines.append(layout.text)
            rest = rest[resume_at:].lstrip(b" ") if resume_at else b""
        return tuple(lines)

    def _operators(self, line: Any, text: bytes) -> bytes:
        """WeasyPrint's loop over runs and glyphs, without what fonts of ours have not: pictures, bitmaps, gaps."""
        said: list[str] = []
        run = line.runs
        while run != ffi.NULL:
            item, glyphs = run.data.item, run.data.glyphs
            case = self._case(item.analysis.font)
            shaped = ffi.buffer(glyphs.glyphs, _GLYPH.size * glyphs.num_glyphs)
            operators, letters = zip(*[case[placed] for placed in _GLYPH.iter_unpack(shaped)], strict=True)
            said += operators
            # From right to left, and with marks over letters, the order is another one.
            read, meant = "".join(letters), text[item.offset : item.offset + item.length].decode()
            if read != meant and sorted(read) != sorted(meant):
                raise Unwritable("a letter that reads as another on this page")
            run = run.next
        return f"[{''.join(said)}] TJ\n".replace("><", "").replace("[] TJ\n", "").encode()

    def _case(self, font: Any) -> Case:
        """The letters that a font of Pango's writes with."""
        if font not in self._cases:
            key, _, size = get_pango_font_key(font)
            if key not in self._letters:
                raise Unwritable("another font")
            self._cases[font] = Case(self._letters[key], size)
            # The layout holds the font, so that no other font can come to stand at its address.
            self._kept.append(self._layout)
            self._layout = self._new_layout()
        return self._cases[font]

    def _new_layout(self) -> Layout:
        layout = Layout(self._style)
        pango.pango_layout_set_single_paragraph_mode(layout.layout, 1)
        return layout
