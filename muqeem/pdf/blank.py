"""The file of a page but for what differs: all objects that never change, ready to be written.

A page is drawn in three streams, of which only the middle one is made anew. The fixed ones are compressed once, and as
closely as it goes.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import pydyf
from weasyprint.pdf import _w3c_date_to_pdf

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_LEVEL = 1  # of compression: 4 takes thrice the time for two KB less


class Blank:
    """Everything but the content in the middle, and what the file says of itself."""

    def __init__(self, pdf: pydyf.PDF, first: bytes, last: bytes, *, title: int | None, created: int | None) -> None:
        page, beginning = _page(pdf)
        beginning.stream = [first]
        end = pydyf.Stream([last], compress=True)
        pdf.add_object(end)
        self._middle = len(pdf.objects)
        page["Contents"] = pydyf.Array([beginning.reference, f"{self._middle} 0 R", end.reference])
        self._title, self._created = title, created
        own = {"Title"} if title is not None else set()
        own |= {"CreationDate"} if created is not None else set()
        self._says = pydyf.Dictionary({key: value for key, value in pdf.info.items() if key not in own}).data[2:-2]
        self._root = pdf.catalog.reference
        self._fixed, places = _HEADER, []
        for fixed in pdf.objects[1:]:
            places.append(len(self._fixed))
            self._fixed += fixed.indirect + b"\n"
        self._places = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)

    def file(self, content: bytes, values: Sequence[str]) -> bytes:
        """The file with this in the middle of its page."""
        drawn = zlib.compress(content, _LEVEL)
        stream = b"%d 0 obj\n<</Length %d/Filter /FlateDecode>>\nstream\n%b\nendstream\nendobj\n" % (self._middle, len(drawn), drawn)
        says = b"%d 0 obj\n<<%b%b>>\nendobj\n" % (self._middle + 1, self._says, self._says_of(values))
        middle = len(self._fixed)
        table = middle + len(stream) + len(says)
        return b"".join(
            (
                self._fixed,
                stream,
                says,
                b"xref\n0 %d\n" % (self._middle + 2),
                self._places,
                b"%010d 00000 n \n%010d 00000 n \n" % (middle, middle + len(stream)),
                b"trailer\n<</Size %d/Root %b/Info %d 0 R>>\n" % (self._middle + 2, self._root, self._middle + 1),
                b"startxref\n%d\n%%%%EOF\n" % table,
            )
        )

    def _says_of(self, values: Sequence[str]) -> bytes:
        said = b""
        if self._title is not None:
            said += b"/Title " + pydyf.String(values[self._title]).data
        if self._created is not None:
            said += b"/CreationDate " + pydyf.String(_w3c_date_to_pdf(values[self._created], "created")).data
        return said


def page_content(pdf: pydyf.PDF) -> bytes:
    """What is drawn on the only page."""
    return b"\n".join(item if isinstance(item, bytes) else str(item).encode() for item in _page(pdf)[1].stream) + b"\n"


def _page(pdf: pydyf.PDF) -> tuple[Any, pydyf.Stream]:
    page = next(one for one in pdf.objects if isinstance(one, dict) and one.get("Type") == "/Page")
    return page, pdf.objects[int(page["Contents"].split()[0])]
