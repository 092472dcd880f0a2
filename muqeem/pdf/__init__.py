"""Pages as PDF: one template, one set of facts, one A4.

WeasyPrint is loaded on first use (`warm()` does it before a worker forks): it costs over a second and 60 MiB, which no
web process needs. Most pages differ from another that was printed before in a few texts alone; those texts are then
written into what is kept of that page, some fifty times as fast: docs/decisions/print-speed.md.
"""

import atexit
import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import translation
from pypdf import PdfWriter

from muqeem.pdf.judge import judge
from muqeem.pdf.refusals import Overfull, Unfetchable, Unprintable

if TYPE_CHECKING:
    from muqeem.pdf.printer import Printer

__all__ = ["DENSITIES", "Overfull", "Unfetchable", "Unprintable", "from_html", "joined", "render", "warm"]

# How closely a page is set, tried in this order: the classes of its body.
DENSITIES = ("", "close", "dense", "dense densest")


class _Facts(dict[str, Any]):
    """A person may lack any fact: its row is then left out."""

    def __missing__(self, key: str) -> None:
        return None


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """The page as PDF; every text in the context is judged first, whatever the register let through."""
    printer = _printer()
    judge(context, printer.press.characters)
    # The page holds both languages; this one decides for whatever lazy text is among the facts.
    with translation.override("ar"):
        for density in DENSITIES:
            filled = {**context, "facts": _Facts(context["facts"]), "density": density}
            file = printer.page(render_to_string(template, filled))
            if file:
                return file
    raise Overfull(template)


def from_html(html: str) -> bytes:
    """A PDF of finished HTML under the same sheet, fonts and fetcher."""
    press = _printer().press
    return press.written(press.lay_out(html))


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
    _printer()


@lru_cache(maxsize=1)
def _printer() -> "Printer":
    # They tell every step of every page, and of their own beginning, to a log that is read by people.
    for talker in ("weasyprint.progress", "fontTools"):
        logging.getLogger(talker).setLevel(logging.WARNING)
    from muqeem.pdf.printer import Printer  # noqa: PLC0415 -- loads WeasyPrint

    # Its temporary files go when it goes, which at the end of the interpreter is too late.
    atexit.register(_printer.cache_clear)
    return Printer()
