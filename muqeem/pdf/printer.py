"""The printer of a process: pages by their known shape if they have one, laid out in full if not."""

from muqeem.pdf import slots
from muqeem.pdf.forms import FORMS, SHAPES, Form, Recent, Shapes, TooLong
from muqeem.pdf.letters import Specimen
from muqeem.pdf.press import Press


class Printer:
    """Press, letters and what was learnt. One page at a time: the fonts that all pages share are not made for threads."""

    def __init__(self) -> None:
        self.press = Press()
        self._specimen = Specimen(self.press)
        self._shapes: Shapes = Recent(SHAPES)
        self._forms: Recent[str, Form | None] = Recent(FORMS)  # None was seen once

    def page(self, html: str) -> bytes | None:
        """The only page of this HTML as a file; None if there are more."""
        filled = slots.read(html)
        if filled is None:
            return self.in_full(html)
        seen = filled.fixed in self._forms
        form = self._forms.use(filled.fixed) or (Form(filled.fixed, self._specimen, self._shapes) if seen else None)
        try:
            known = form.file(filled.values) if form else None
        except TooLong:
            return None
        if known:
            return known
        pages = self.press.lay_out(html)
        written = self.press.written(pages) if len(pages.pages) == 1 else None
        if form:
            form.learn(pages, filled)
        self._forms.keep(filled.fixed, form)
        return written

    def in_full(self, html: str) -> bytes | None:
        """The same, laid out whatever is known."""
        pages = self.press.lay_out(html)
        return self.press.written(pages) if len(pages.pages) == 1 else None
