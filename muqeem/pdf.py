"""Pages as PDF: one template, one set of facts, one A4.

WeasyPrint is imported on first use (`warm()` does it before a worker forks): it costs over a second and 60 MiB, which
no web process needs. Fonts, stylesheet and fetcher are made once; a FontConfiguration of its own for every page would
leak a third of a megabyte each time.

The fetcher knows four files by name and nothing else. Any other address, whoever wrote it, stops the page.
"""

import atexit
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any
from weakref import ReferenceType, ref

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from pypdf import PdfWriter

from muqeem.names import check_printable

SCHEME = "bundled:"
STYLESHEET = "print/print.css"
BUNDLED = {
    "IBMPlexSansArabic-Regular.ttf": ("fonts/IBMPlexSansArabic-Regular.ttf", "font/ttf"),
    "IBMPlexSansArabic-SemiBold.ttf": ("fonts/IBMPlexSansArabic-SemiBold.ttf", "font/ttf"),
    "mark.svg": ("print/mark.svg", "image/svg+xml"),
    "weave.svg": ("print/weave.svg", "image/svg+xml"),
}
_FONT = "IBMPlexSansArabic-Regular.ttf"

# How closely a page is set, tried in this order: the classes of its body.
DENSITIES = ("", "dense", "dense densest")

# The longest text of the register has 200 characters, the address of a seal some 300. Longer ones are a mistake, and
# the time of a layout grows with them.
LONGEST_TEXT = 500


class Unprintable(Exception):
    """A fact cannot be printed as it is stored."""


class Overfull(Exception):
    """The facts do not fit on one page, however closely set."""


class Unfetchable(Exception):
    """The page asked for an address that is not one of the bundled files."""


class _Facts(dict[str, Any]):
    """A person may lack any fact: its row is then left out."""

    def __missing__(self, key: str) -> None:
        return None


@dataclass(frozen=True)
class _Press:
    fonts: Any
    stylesheet: Any
    fetcher: Any
    characters: frozenset[int]


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """The page as PDF; every text in the context is judged first, whatever the register let through.

    One page at a time in a process: the fonts that all pages share are not made for threads.
    """
    for text in _texts(context):
        _judge(text)
    # The page holds both languages; this one decides for whatever lazy text is among the facts.
    with translation.override("ar"):
        for density in DENSITIES:
            filled = {**context, "facts": _Facts(context["facts"]), "density": density}
            pages = _lay_out(render_to_string(template, filled))
            if len(pages.pages) == 1:
                return _written(pages)
    raise Overfull(template)


def from_html(html: str) -> bytes:
    """A PDF of finished HTML under the same sheet, fonts and fetcher."""
    return _written(_lay_out(html))


def joined(files: Sequence[bytes]) -> bytes:
    """Several pages as one file, in their order; a page alone as it is."""
    if len(files) == 1:
        return files[0]
    together = PdfWriter()
    for file in files:
        together.append(BytesIO(file))
    written = BytesIO()
    together.write(written)
    return written.getvalue()


def warm() -> None:
    """Load everything that all pages share: called in a worker before it forks."""
    _press()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _judge(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Unprintable(f"a text of {len(text)} characters")
    try:
        check_printable(text)
    except ValueError as refused:
        raise Unprintable(str(refused)) from refused
    # Without this, Pango would take a missing character from any font of the host, or print a box.
    for character in text:
        if ord(character) not in _press().characters:
            raise Unprintable(f"no letter for U+{ord(character):04X} in the font")


def _lay_out(html: str) -> Any:
    press = _press()

    from weasyprint import HTML

    with _nothing_refused(press):
        page = HTML(string=html, url_fetcher=press.fetcher)
        return page.render(stylesheets=[press.stylesheet], font_config=press.fonts)


def _written(pages: Any) -> bytes:
    # Attachments and pictures inside drawings are asked for only now.
    with _nothing_refused(_press()):
        written: bytes = pages.write_pdf()
        return written


@contextmanager
def _nothing_refused(press: _Press) -> Iterator[None]:
    """WeasyPrint goes on without what it was refused, mostly; a page of ours does not."""
    from weasyprint.urls import FatalURLFetchingError

    press.fetcher.refused.clear()
    try:
        yield
    except FatalURLFetchingError as refused:
        raise Unfetchable(str(refused)) from refused
    if press.fetcher.refused:
        raise Unfetchable(press.fetcher.refused[0])


@lru_cache(maxsize=1)
def _press() -> _Press:
    # They tell every step of every page to a log that is read by people.
    for talker in ("weasyprint.progress", "fontTools"):
        logging.getLogger(talker).setLevel(logging.WARNING)
    from fontTools.ttLib import TTFont  # noqa: PLC0415
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    static = Path(settings.BASE_DIR) / "static"
    bundled = {SCHEME + name: ((static / path).read_bytes(), content_type) for name, (path, content_type) in BUNDLED.items()}

    class BundledOnly(URLFetcher):
        """Answers from memory, by exact name; opens nothing, and remembers what it was asked in vain."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
            self.refused: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in bundled:
                self.refused.append(url[:200])
                raise ValueError(f"not bundled: {url[:200]}")
            body, content_type = bundled[url]
            return URLFetcherResponse(url, body, {"Content-Type": content_type})

    fonts = FontConfiguration()
    # Its temporary files go when it goes, which at the end of the interpreter is too late; and they are those of the
    # process that made them: a worker forked from it must not take them from its siblings when it ends.
    atexit.register(_press.cache_clear)
    os.register_at_fork(after_in_child=partial(_disown, ref(fonts)))
    fetcher = BundledOnly()
    with TTFont(static / BUNDLED[_FONT][0], lazy=True) as font:
        characters = frozenset(font.getBestCmap())
    sheet = (static / STYLESHEET).read_text(encoding="utf-8")
    return _Press(
        fonts=fonts,
        stylesheet=CSS(string=sheet, url_fetcher=fetcher, font_config=fonts),
        fetcher=fetcher,
        characters=characters,
    )


def _disown(made: ReferenceType[Any]) -> None:
    fonts = made()
    if fonts is not None:
        fonts._folder = None
