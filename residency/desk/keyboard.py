"""The keys behind a text that a scanner typed while the keyboard stood on Arabic.

A wedge scanner presses the keys of an American keyboard; what arrives is what the layout in force makes of them:
`https` becomes «اففحس». The table is Arabic (101) of Windows, with what Linux writes otherwise: single letters for
lam-alef and an apostrophe or two. Each key is certain but one pair: «لا» is the key B, or G and then H; so it is with
the other three lam-alefs. Whoever knows what the text must be chooses among the few spellings.
"""

import re
from collections.abc import Callable, Iterator
from itertools import combinations

from muqeem.numbers import ascii_digits

_KEYS = """
` ذ | q ض | w ص | e ث | r ق | t ف | y غ | u ع | i ه | o خ | p ح | [ ج | ] د
a ش | s س | d ي | f ب | g ل | h ا | j ت | k ن | l م | ; ك | ' ط
z ئ | x ء | c ؤ | v ر | b ﻻ | n ى | m ة | , و | . ز | / ظ
Y إ | U ‘ | U ` | I ÷ | O × | P ؛ | { < | } > | D ] | F [ | G ﻷ | H أ | J ـ | K ، | L / | T ﻹ
Z ~ | C } | V { | B ﻵ | N آ | M ’ | M ' | < , | > . | ? ؟ | ( ) | ) (
"""
_MARKS_ABOVE_AND_BELOW = {
    "Q": "\u064e", "W": "\u064b", "E": "\u064f", "R": "\u064c", "A": "\u0650", "S": "\u064d", "X": "\u0652", "~": "\u0651",
}  # fmt: skip
_TWO_LETTERS = {"لا": "b", "لآ": "B", "لأ": "G", "لإ": "T"}

_KEY_OF = {written: key for key, written in (pair.split() for pair in _KEYS.replace("\n", "|").split("|") if pair.strip())}
_KEY_OF |= {mark: key for key, mark in _MARKS_ABOVE_AND_BELOW.items()}
_KEY_OF |= {sign: sign for sign in '0123456789 -=!@#$%^&*_+\\|:"'}

_PAIRS = re.compile("|".join(_TWO_LETTERS))

MOST_SPELLINGS = 1000  # looked at; a page of ours is found among the first few


def is_arabic(text: str) -> bool:
    """Whether every sign of the text can have been typed on the Arabic layout, and some only there."""
    return all(sign in _KEY_OF for sign in text) and any(_KEY_OF[sign] != sign for sign in text)


def spellings(typed: str, fits: Callable[[str], bool], *, length: int | None = None) -> Iterator[str]:
    """The texts that fit among those that the keys may have meant, the likeliest first. Requires `is_arabic(typed)`.

    The key B is sixty times as likely as G before H in a random text, so few pairs come before many; where the length
    is known, their number is.
    """
    places = [found.start() for found in _PAIRS.finditer(typed)]
    fewest = length - (len(typed) - len(places)) if length is not None else 0
    most = fewest if length is not None else len(places)
    tried = 0
    for count in range(fewest, most + 1):
        if not 0 <= count <= len(places):
            return
        for apart in combinations(places, count):
            tried += 1
            if tried > MOST_SPELLINGS:
                return
            text = _spelt(typed, frozenset(apart))
            if fits(text):
                yield text


def keys_of(typed: str) -> str:
    """The likeliest spelling, each lam-alef the one key. Requires `is_arabic(typed)`."""
    return _spelt(typed, frozenset())


def plain(text: str) -> str:
    """The text without what cannot be seen, with ASCII digits: scanners send control signs, phones marks of direction."""
    return ascii_digits("".join(sign for sign in text if sign.isprintable() or sign in "\u00a0\u202f"))


def _spelt(typed: str, apart: frozenset[int]) -> str:
    """The keys, the pairs at these places taken as two."""
    keys, place = [], 0
    while place < len(typed):
        pair = typed[place : place + 2]
        if pair in _TWO_LETTERS and place not in apart:
            keys.append(_TWO_LETTERS[pair])
            place += 2
        else:
            keys.append(_KEY_OF[typed[place]])
            place += 1
    return "".join(keys)
