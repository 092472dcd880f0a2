"""Printed pages for tests: what the print task gives a page, and how the page is read back."""

import io
from datetime import UTC, date, datetime

import pypdf
import pypdfium2

from muqeem import seal
from muqeem.serials import new_serial, show_serial

PRINTED_AT = datetime(2026, 11, 22, 11, 33, tzinfo=UTC)


def a_context(kind, title, facts, dates, changes):
    """The context of a page, as the print task gives it; `changes` of single facts are laid over the facts."""
    serial = new_serial()
    text = seal.seal(seal.Payload(serial, kind, "0188", 1988, {"issued_on": date(2026, 11, 22)} | dates))
    context = {
        "document": {
            "serial": serial,
            "serial_shown": show_serial(serial),
            "code": seal.check_code(text),
            "receipt_number": "260000048213",
            "issued_on": date(2026, 11, 22),
            "title": title,
        },
        "copy": 1,
        "first_printed_at": PRINTED_AT,
        "printed_by": {"ar": "نورة بنت سعد العتيبي", "en": "Noura Saad Alotaibi"},
        "printed_at": PRINTED_AT,
        "seal_url": f"https://muqeem.example/check/#{text}",
        "host": "muqeem.example",
        "demonstration": True,
        "authority": "",
    }
    return context | changes | {"facts": facts | changes.get("facts", {})}


def words(file: bytes) -> str:
    """The text of the page as copying or searching would find it."""
    return " ".join("\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file)).pages).split())


def picture(file: bytes, dpi: int = 130):
    return pypdfium2.PdfDocument(io.BytesIO(file))[0].render(scale=dpi / 72).to_pil()


def pages(file: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(file)).pages)


def in_words_of(text: str, length: int) -> str:
    return ((text + " ") * length)[:length].strip()
