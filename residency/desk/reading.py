"""What was scanned or typed at the desk: a seal, a document number, a receipt number or an iqama number.

Nothing here looks at the register: a reading says what a text means and, of a seal, whether it is genuine.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, product

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from muqeem import numbers, seal, serials
from residency.desk import keyboard


class Kind(StrEnum):
    """What was read."""

    SEAL = "seal"
    RECEIPT = "receipt"
    SERIAL = "serial"
    IQAMA = "iqama"


class Seal(StrEnum):
    """What the paper's seal is worth."""

    UNSCANNED = "unscanned"  # a number was typed; nobody has looked at the paper's seal
    GENUINE = "genuine"
    FORGED = "forged"
    UNKNOWN_KEY = "unknown-key"
    OTHER = "other"  # genuine, but not the seal of the page on record


@dataclass(frozen=True)
class Reading:
    """One meaning of a text."""

    kind: Kind
    number: str
    seal: Seal = Seal.UNSCANNED
    seal_text: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether the number is a person's."""
        return self.kind == Kind.IQAMA


class Unreadable(ValidationError):
    """The text means nothing here; the sentence says what would."""


# A scanner that was told to says first what it read: ]Q1 a QR code, ]C1 a Code 128.
_SCANNED = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_RECEIPT = re.compile(r"[0-9]{12}")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_BETWEEN = re.compile(r"[\s-]+")

LONGEST = 1500  # signs: our longest seal, each of its signs typed as two
SIGNATURE = 86  # signs in base64url of the 64 bytes of Ed25519
_SEALS_TRIED = 400


def read(text: str, keys: seal.PublicKeys | None = None) -> list[Reading]:
    """Everything that the text can mean, the likeliest first. Raises Unreadable.

    `keys` are those that seals are checked with; ours unless told otherwise.
    """
    typed = keyboard.plain(text)
    if len(typed) > LONGEST:
        raise _unreadable()
    if "#" in typed:
        return [_sealed(typed, keys)]
    found: list[Reading] = []
    for spelling in _number_spellings(typed):
        found += (reading for reading in _as_number(spelling) if reading not in found)
    if not found:
        raise _what_is_wrong(typed)
    return found


def clean_card_serial(text: str) -> str:
    """The serial of a card as it was scanned or typed; `ValidationError` says what it looks like."""
    typed = keyboard.plain(text)
    for spelling in _number_spellings(typed):
        serial = _BETWEEN.sub("", spelling).upper()
        if re.fullmatch(r"[A-Z0-9]{6,20}", serial):
            return serial
    raise ValidationError(_("A card's serial has 6 to 20 Latin letters and digits, as printed on the card."), code="card-form")


# --- numbers ---


def _number_spellings(typed: str) -> Iterator[str]:
    """The text as it stands, and as the keys would have it; with and without what a scanner puts in front."""
    texts = [typed]
    if len(typed) <= 2 * serials.LENGTH + 20 and keyboard.is_arabic(typed):
        texts += keyboard.spellings(typed, lambda _text: True)
    for text in texts:
        yield text
        if _SCANNED.match(text):
            yield text[3:]


def _as_number(text: str) -> Iterator[Reading]:
    digits = _BETWEEN.sub("", text)
    if _RECEIPT.fullmatch(digits):
        yield Reading(Kind.RECEIPT, digits)
    for kind, clean, number in ((Kind.SERIAL, serials.clean_serial, text), (Kind.IQAMA, numbers.clean_iqama, digits)):
        try:
            yield Reading(kind, clean(number))
        except ValidationError:
            continue


def _what_is_wrong(typed: str) -> Unreadable:
    """What is said of a text without a meaning. A number with a slip of the finger is told its own fault."""
    for spelling in _number_spellings(typed):
        try:
            if _TEN_DIGITS.fullmatch(_BETWEEN.sub("", spelling)):
                numbers.clean_iqama(_BETWEEN.sub("", spelling))
            elif len(serials.read_leniently(spelling)) == serials.LENGTH:
                serials.clean_serial(spelling)
        except ValidationError as wrong:
            if wrong.code != "serial-form":
                return Unreadable(wrong.message, code=wrong.code)
    return _unreadable()


def _unreadable() -> Unreadable:
    words = _(
        "This is not a number of a page or a person. What is read here: the page's QR code or barcode,"
        " a document number, a receipt number, or an iqama number."
    )
    return Unreadable(words, code="unreadable")


# --- seals ---


def _sealed(typed: str, keys: seal.PublicKeys | None) -> Reading:
    """The reading of a page's QR code: its seal, genuine or not, as long as it names a page."""
    best: Reading | None = None
    for text in islice(_seal_spellings(typed.rpartition("#")[2].strip()), _SEALS_TRIED):
        try:
            payload = seal.open_seal(text, keys)
        except seal.SealBroken as broken:
            best = best or _broken(text, broken)
        else:
            return Reading(Kind.SEAL, payload.serial, Seal.GENUINE, text)
    if best is None:
        raise Unreadable(_("This QR code is not one of this portal's pages."), code="foreign-code")
    return best


def _broken(text: str, broken: seal.SealBroken) -> Reading | None:
    """A seal that proves nothing still names the page that it pretends to be."""
    try:
        serial = serials.clean_serial(text.partition(".")[0])
    except ValidationError:
        return None
    return Reading(Kind.SEAL, serial, Seal.UNKNOWN_KEY if isinstance(broken, seal.UnknownKey) else Seal.FORGED, text)


def _seal_spellings(typed: str) -> Iterator[str]:
    """What the seal can have been before the keyboard had it: as it stands, with Caps Lock, through Arabic."""
    if not keyboard.is_arabic(typed):
        yield typed
        yield typed.swapcase()
        return
    parts = typed.split("ز")  # the key of the full stop
    if len(parts) != 3:
        return
    serial, payload, signature = parts
    yield from (".".join(spelt) for spelt in product([keyboard.keys_of(serial)], _payloads(payload), _signatures(signature)))


def _payloads(typed: str) -> list[str]:
    """The spellings that hold JSON, or the likeliest one where none does."""
    return list(islice(keyboard.spellings(typed, _holds_json), 4)) or [keyboard.keys_of(typed)]


def _signatures(typed: str) -> list[str]:
    """The spellings that are as long as a signature, or the likeliest one where none is."""
    return list(islice(keyboard.spellings(typed, bool, length=SIGNATURE), _SEALS_TRIED)) or [keyboard.keys_of(typed)]


def _holds_json(spelt: str) -> bool:
    try:
        json.loads(urlsafe_b64decode(spelt + "=" * (-len(spelt) % 4)))
    except (ValueError, RecursionError):
        return False
    return True
