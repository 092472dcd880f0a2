"""Every text of a page is judged before anything is set, whatever the register let through."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from muqeem.names import check_printable
from muqeem.pdf.refusals import Unprintable

# The longest text of the register has 200 characters, the address of a seal some 300. Longer ones are a mistake, and
# the time of a layout grows with them.
LONGEST_TEXT = 500

# Nearly all texts, which are beyond question: seen, of one script, and in the font.
_LATIN = re.compile("[ -~]*")
_ARABIC = re.compile("[ ،.()0-9ء-غف-ي]*")


def judge(value: Any, characters: frozenset[str]) -> None:
    """Refuse whatever text is in these facts and must not be printed; `characters` are those of the font."""
    for text in _texts(value):
        _judge_text(text, characters)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _judge_text(text: str, characters: frozenset[str]) -> None:
    if len(text) <= LONGEST_TEXT and (_LATIN.fullmatch(text) or _ARABIC.fullmatch(text)):
        return
    if len(text) > LONGEST_TEXT:
        raise Unprintable(f"a text of {len(text)} characters")
    try:
        check_printable(text)
    except ValueError as refused:
        raise Unprintable(str(refused)) from refused
    # Without this, Pango would take a missing character from any font of the host, or print a box.
    for character in text:
        if character not in characters:
            raise Unprintable(f"no letter for U+{ord(character):04X} in the font")
