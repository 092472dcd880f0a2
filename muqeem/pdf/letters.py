"""The letters that every fast page embeds, in both weights: those of nearly all names, so that a page need not make a
font of its own.

Arabic letters take other forms beside others, and some pairs are one glyph, so a specimen has them all side by side.
"""

import copy
import string
from collections.abc import Container
from html import escape
from typing import Any

import pydyf
from weasyprint.pdf.stream import Stream

from muqeem.pdf.hand import Hand, Letters, Style
from muqeem.pdf.press import Press

_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
_SIGNS = string.digits + string.punctuation + "٠١٢٣٤٥٦٧٨٩،؛؟·–\N{NO-BREAK SPACE}"
_WORDS = ["هـ"]  # of the Hijri years
_LIGATURES = " ff fi fl fj ffi ffl ft tt "
_MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_JOINED = ("", "ب")  # a letter that joins on both sides


class Specimen:
    """Fonts that have set every letter once."""

    def __init__(self, press: Press) -> None:
        pairs = (before + x + y + after for x in _ARABIC for y in _ARABIC for before in _JOINED for after in _JOINED)
        # Digits and signs among Arabic letters are other glyphs than those among Latin ones; the mirrored ones are not.
        latin = escape(string.ascii_letters + _LIGATURES + _SIGNS)
        arabic = escape(" ".join([*_ARABIC, *_WORDS, *pairs, *(f"ب{mark}ب" for mark in _MARKS), _SIGNS]))
        lines = f'<p dir="ltr">{latin}</p><p dir="ltr"><b>{latin}</b></p><p>{arabic}</p><p><b>{arabic}</b></p>'
        lines += f'<p class="zone" dir="ltr">{string.ascii_uppercase}{string.digits}&lt;</p>'
        html = f'<html lang="ar" dir="rtl"><body style="white-space:nowrap">{lines}</body></html>'
        self._pages = press.lay_out(html)
        for page in self._pages.pages:
            page.paint(_sink(self._pages.fonts))
        self.letters = {key: Letters(font.widths, font.to_unicode) for key, font in self._pages.fonts.items()}

        self._hands: dict[str, Hand] = {}

    def hand(self, style: Any) -> Hand:
        """The hand that writes in this style; there are as many as the sheet has styles of text."""
        asked = Style(style)
        key = str(asked)
        if key not in self._hands:
            self._hands[key] = Hand(asked, self.letters)
        return self._hands[key]

    def fonts(self, used: Container[int]) -> dict[int, Any]:
        """Those of the fonts that a file uses, for one more file: embedding cuts them down to what was set in them."""
        fonts = {key: copy.copy(font) for key, font in self._pages.fonts.items() if key in used}
        for font in fonts.values():
            font.widths, font.to_unicode = dict(font.widths), dict(font.to_unicode)
        return fonts


def _sink(fonts: dict[int, Any]) -> Stream:
    resources = pydyf.Dictionary({"ExtGState": pydyf.Dictionary()})
    return Stream(fonts, (0, 0, 1, 1), resources, {}, None, {}, None)
