"""The one gate for names and other words that people type: what may be kept, searched and printed.

A name with a hidden mark of direction prints as another name, and a Cyrillic letter looks like a Latin one. So names
are lists of allowed letters, of one script each; other text may hold anything that can be seen, but no word of two
scripts. What passed the door is looked at again by `check_printable` before it goes on paper.
"""

import re
import unicodedata
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from muqeem.numbers import ascii_digits, no_longer_than

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAME_LENGTH = 60  # of one of the four parts

# The letters of names in Arabic, Persian and Urdu, and those Latin letters that the font of the printed page has.
ARABIC_LETTERS = frozenset("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژکگیٹڈڑںھہۂۃےۓۀەڤ")
LATIN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŁŒŠŸŽ")

_SPACE = re.compile(r"[\t\n\r\u2028\u2029 \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_TATWEEL_AND_HARAKAT = re.compile("[\u0640\u064b-\u0652\u0670]")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_HIDDEN_LETTERS = re.compile(  # letters, marks and signs in name, and nothing to see
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_BEFORE = 12  # characters that tell where in the text the bad one stands

_FOLD_ARABIC = str.maketrans("ةۃىیېےکہھەٱں", "ههييييكهههان", "\u0640")
_FOLD_LATIN = str.maketrans({"Æ": "AE", "Œ": "OE", "Ø": "O", "Ð": "D", "Đ": "D", "Þ": "TH", "Ł": "L"})
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_DASH = re.compile("[-\u2010-\u2015\u2212]")


def clean_arabic_name(text: str, label: "StrOrPromise", max_length: int = NAME_LENGTH) -> str:
    """A name in Arabic letters. Tatweel and harakat are left out: the same name must be the same text."""
    name = _tidy(_TATWEEL_AND_HARAKAT.sub("", text), label)
    _refuse_two_scripts(name, label)
    if name and "ARABIC" not in _scripts(name):
        raise ValidationError(_("%(label)s: Arabic letters and space only."), code="script", params={"label": label})
    _refuse_others(name, ARABIC_LETTERS | {" "}, label)
    return no_longer_than(max_length, name)


def clean_latin_name(text: str, label: "StrOrPromise", max_length: int = NAME_LENGTH) -> str:
    """A name in Latin letters, in capitals as in the passport."""
    name = unicodedata.normalize("NFC", _tidy(text, label).upper()).translate(_APOSTROPHES)
    _refuse_two_scripts(name, label)
    if name and "LATIN" not in _scripts(name):
        words = _("%(label)s: Latin letters, space, hyphen and apostrophe only.")
        raise ValidationError(words, code="script", params={"label": label})
    _refuse_others(name, LATIN_LETTERS | {" ", "-", "'"}, label)
    return no_longer_than(max_length, name)


def clean_text(text: str, label: "StrOrPromise", max_length: int) -> str:
    """Words in any language, as one line: nothing hidden, no word of two scripts."""
    line = _tidy(text, label)
    for start, at in _turns_of_script(line):
        _refuse_two_scripts(line[start : at + 1], label)
        raise _not_allowed(line, at, label)
    return no_longer_than(max_length, line)


def clean_mail(text: str) -> str:
    """An e-mail address in ASCII letters, as servers everywhere take it."""
    address = ascii_digits(text)
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address.isascii() or not address:
        raise ValidationError(_("The e-mail is incomplete; write it like name@example.com."), code="mail")
    return address


def check_printable(text: str) -> None:
    """Raise `ValueError`, naming the character, if a line to be printed could show anything but what it says."""
    for character in text:
        if _is_hidden(character):
            raise ValueError(f"hidden character: {_called(character)}")
    for _start, at in _turns_of_script(text):
        raise ValueError(f"a word of two scripts, from {_called(text[at])}")


def fold_arabic(text: str) -> str:
    """Arabic as it is searched and sorted: without the differences that people do not type alike."""
    return " ".join(_seen(_without_marks(text)).translate(_FOLD_ARABIC).split())


def fold_latin(text: str) -> str:
    """Latin as it is searched and sorted: capitals, without accents; a hyphen is a space."""
    capitals = _without_marks(_without_marks(text).upper()).translate(_FOLD_LATIN)
    return " ".join(_seen(_DASH.sub(" ", capitals)).split())


def _tidy(text: str, label: "StrOrPromise") -> str:
    """The text composed (NFC) and with single spaces; hidden characters are refused first."""
    line = _SPACE.sub(" ", text).strip(" ")
    for at, character in enumerate(line):
        if _is_hidden(character):
            raise _hidden(line, at, label)
    return unicodedata.normalize("NFC", line)


def _refuse_two_scripts(name: str, label: "StrOrPromise") -> None:
    if {"ARABIC", "LATIN"} <= _scripts(name):
        words = _("%(label)s mixes Arabic and Latin letters; use one.")
        raise ValidationError(words, code="mixed", params={"label": label})


def _refuse_others(name: str, allowed: Set[str], label: "StrOrPromise") -> None:
    for at, character in enumerate(name):
        if character not in allowed:
            raise _not_allowed(name, at, label)


def _hidden(line: str, at: int, label: "StrOrPromise") -> ValidationError:
    if at == 0:
        words = _("%(label)s has a hidden character at its beginning; delete it.")
    else:
        words = _('%(label)s has a hidden character after "%(before)s"; delete it.')
    return ValidationError(words, code="hidden", params={"label": label, "before": _before(line, at)})


def _not_allowed(line: str, at: int, label: "StrOrPromise") -> ValidationError:
    if at == 0:
        words = _("%(label)s has a character that is not allowed at its beginning: %(char_name)s.")
    else:
        words = _('%(label)s has a character that is not allowed after "%(before)s": %(char_name)s.')
    params = {"label": label, "before": _before(line, at), "char_name": _name(line[at])}
    return ValidationError(words, code="character", params=params)


def _before(line: str, at: int) -> str:
    return line[max(0, at - _BEFORE) : at].strip(" ")


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}")


def _called(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN_CATEGORIES or bool(_HIDDEN_LETTERS.match(character))


def _script(letter: str) -> str | None:
    """The script of a letter ("ARABIC", "LATIN" …), by its Unicode name; None for what belongs to every script."""
    if unicodedata.category(letter) not in {"Lu", "Ll", "Lt", "Lo"}:
        return None
    plain = unicodedata.normalize("NFKC", letter)[0]  # a full-width A is a Latin letter
    return unicodedata.name(plain, "UNNAMED").split()[0]


def _scripts(text: str) -> set[str]:
    return {script for script in map(_script, text) if script}


def _turns_of_script(text: str) -> Iterator[tuple[int, int]]:
    """Where words begin that go on in another script, and where they do so.

    A word ends at whatever is not a letter, a mark or a digit.
    """
    start, script = 0, None
    for at, character in enumerate(text):
        if unicodedata.category(character)[0] not in "LMN":
            start, script = at + 1, None
            continue
        here = _script(character)
        if here and script and here != script:
            yield start, at
        script = script or here


def _without_marks(text: str) -> str:
    """The bare letters: ligatures and composed letters taken apart, marks above and below left out."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c)[0] != "M")


def _seen(text: str) -> str:
    """The text without hidden characters: a mark pasted into a search box is not searched for."""
    return "".join(c for c in _SPACE.sub(" ", text) if not _is_hidden(c))
