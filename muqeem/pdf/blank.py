"""The file of a page but for what differs: all objects that never change, ready to be written.

A page is drawn in streams, of which every other one is made anew. The fixed ones are compressed once, and as closely as
it goes.
"""

import zlib
from collections.abc import Sequence
from itertools import chain
from typing import Any

import pydyf
from weasyprint.pdf import _w3c_date_to_pdf

_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_LEVEL = 1  # of compression: 4 takes thrice the time for two KB less


class Blank:
    """Everything but what is drawn between the fixed contents, and what the file says of itself."""

    def __init__(self, pdf: pydyf.PDF, fixed: Sequence[bytes], *, title: int | None, created: int | None) -> None:
        page, beginning = _page(pdf)
        beginning.stream = [fixed[0]]
        others = [pydyf.Stream([content], compress=True) for content in fixed[1:]]
        for stream in others:
            pdf.add_object(stream)
        self._next = len(pdf.objects)
        between = [(f"{number} 0 R", stream.reference) for number, stream in enumerate(others, self._next)]
        page["Contents"] = pydyf.Array([beginning.reference, *chain.from_iterable(between)])
        self._title, self._created = title, created
        own = {"Title"} if title is not None else set()
        own |= {"CreationDate"} if created is not None else set()
        self._says = pydyf.Dictionary({key: value for key, value in pdf.info.items() if key not in own}).data[2:-2]
        self._root = pdf.catalog.reference
        self._fixed, places = _HEADER, []
        for kept in pdf.objects[1:]:
            places.append(len(self._fixed))
            self._fixed += kept.indirect + b"\n"
        self._places = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)

    def file(self, contents: Sequence[bytes], values: Sequence[str]) -> bytes:
        """The file with these contents between the fixed ones of its page."""
        parts, places, at = [self._fixed], [self._places], len(self._fixed)
        drawn = [zlib.compress(content, _LEVEL) for content in contents]
        inner = [b"<</Length %d/Filter /FlateDecode>>\nstream\n%b\nendstream" % (len(each), each) for each in drawn]
        for number, each in enumerate([*inner, b"<<%b%b>>" % (self._says, self._says_of(values))], self._next):
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, each))
            places.append(b"%010d 00000 n \n" % at)
            at += len(parts[-1])
        info = self._next + len(contents)
        return b"".join(
            (
                *parts,
                b"xref\n0 %d\n" % (info + 1),
                *places,
                b"trailer\n<</Size %d/Root %b/Info %d 0 R>>\n" % (info + 1, self._root, info),
                b"startxref\n%d\n%%%%EOF\n" % at,
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
