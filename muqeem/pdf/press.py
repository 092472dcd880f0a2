"""WeasyPrint with our fonts, our sheet, and a fetcher that knows five files by name and nothing else.

Fonts, stylesheet and fetcher are made once; a FontConfiguration of its own for every page would leak a third of a
megabyte each time. Any other address, whoever wrote it, stops the page.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from weakref import ReferenceType, ref

from django.conf import settings
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from muqeem.pdf.refusals import Unfetchable

SCHEME = "bundled:"
STYLESHEET = "print/print.css"
BUNDLED = {
    "IBMPlexSansArabic-Regular.ttf": ("fonts/IBMPlexSansArabic-Regular.ttf", "font/ttf"),
    "IBMPlexSansArabic-SemiBold.ttf": ("fonts/IBMPlexSansArabic-SemiBold.ttf", "font/ttf"),
    "OCRB.ttf": ("fonts/OCRB.ttf", "font/ttf"),
    "mark.svg": ("print/mark.svg", "image/svg+xml"),
    "weave.svg": ("print/weave.svg", "image/svg+xml"),
}
_FONT = "IBMPlexSansArabic-Regular.ttf"


class BundledOnly(URLFetcher):
    """Answers from memory, by exact name; opens nothing, and remembers what it was asked in vain."""

    def __init__(self, static: Path) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self.refused: list[str] = []
        self.bundled = {SCHEME + name: ((static / path).read_bytes(), kind) for name, (path, kind) in BUNDLED.items()}

    def fetch(self, url: str, headers: Any = None) -> Any:
        """The file of this name."""
        if url not in self.bundled:
            self.refused.append(url[:200])
            raise ValueError(f"not bundled: {url[:200]}")
        body, kind = self.bundled[url]
        return URLFetcherResponse(url, body, {"Content-Type": kind})


class Press:
    """What all pages share."""

    def __init__(self) -> None:
        static = Path(settings.BASE_DIR) / "static"
        self.fonts = FontConfiguration()
        # Its temporary files are those of the process that made them: a worker forked from it must not take them from
        # its siblings when it ends.
        os.register_at_fork(after_in_child=partial(_disown, ref(self.fonts)))
        self.fetcher = BundledOnly(static)
        with TTFont(static / BUNDLED[_FONT][0], lazy=True) as font:
            self.characters = frozenset(map(chr, font.getBestCmap()))
        sheet = (static / STYLESHEET).read_text(encoding="utf-8")
        self.stylesheet = CSS(string=sheet, url_fetcher=self.fetcher, font_config=self.fonts)

    def lay_out(self, html: str) -> Document:
        """The pages of this HTML, not yet drawn."""
        with self._nothing_refused():
            page = HTML(string=html, url_fetcher=self.fetcher)
            return page.render(stylesheets=[self.stylesheet], font_config=self.fonts)

    def written(self, pages: Document) -> bytes:
        """The file of these pages."""
        # Attachments and pictures inside drawings are asked for only now.
        with self._nothing_refused():
            written: bytes = pages.write_pdf()
            return written

    @contextmanager
    def _nothing_refused(self) -> Iterator[None]:
        """WeasyPrint goes on without what it was refused, mostly; a page of ours does not."""
        self.fetcher.refused.clear()
        try:
            yield
        except FatalURLFetchingError as refused:
            raise Unfetchable(str(refused)) from refused
        if self.fetcher.refused:
            raise Unfetchable(self.fetcher.refused[0])


def _disown(made: ReferenceType[Any]) -> None:
    fonts = made()
    if fonts is not None:
        fonts._folder = None
