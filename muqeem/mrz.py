"""The machine-readable zone of a visa: MRV-A of ICAO Doc 9303, two lines of 44 signs, for readers that know no Arabic.

Part 7 says which field stands where, part 3 how a name becomes A to Z and what a check digit is. Where they leave a
choice to the issuer, the choice is made and explained here.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date

from muqeem import countries

WIDTH = 44
NAME_WIDTH = 39  # of the upper line, behind the type and the state
NUMBER_WIDTH = 9
OPTIONAL_WIDTH = 16

# Who issues when nobody with the authority to do so does: the state that exists in Doc 9303's specimens alone. A reader
# at a border knows it and refuses it; our own code, or none, would pass for a mistake of the reader.
UTOPIA = "UTO"

# The states whose code in the zone is not the one of ISO 3166-1 (part 3, section 5).
_STATES = {"DEU": "D"}

_FILLER = "<"

# Part 3, section 6: the first of the spellings it recommends. Letters with a mark that is simply left out are not here.
_LETTERS = str.maketrans(
    {"Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Ł": "L", "Ö": "OE", "Ø": "OE", "Œ": "OE", "Þ": "TH", "ẞ": "SS", "Ü": "UE"}
)
_JOINED = str.maketrans("", "", "'’ʼ`.")  # D'ARTAGNAN is one word
_PARTED = str.maketrans("-,", "  ")  # SMITH-JONES is two


def visa(
    *,
    kind: str,
    state: str,
    primary: str,
    secondary: str,
    number: str,
    nationality: str,
    birth_on: date,
    sex: str,
    until_on: date,
    optional: str = "",
) -> tuple[str, str]:
    """Both lines of the zone of a visa.

    `kind` is the letter behind the V; `number` the passport's, which ties the paper to the book that it is shown with,
    or the visa's; `until_on` the last day on which the visa lets its holder in, or by which the holder must have left.
    """
    upper = f"V{kind:<1}{state:<3}".replace(" ", _FILLER) + name_field(primary, secondary)
    lower = (
        _checked(_field(number[:NUMBER_WIDTH], NUMBER_WIDTH))
        + _field(state_code(nationality), 3)
        + _checked(f"{birth_on:%y%m%d}")
        + (sex if sex in {"F", "M"} else _FILLER)
        + _checked(f"{until_on:%y%m%d}")
        + _field(optional, OPTIONAL_WIDTH)
    )
    return upper, lower


def state_code(alpha_2: str) -> str:
    """The state's code in a zone, by its two letters."""
    code = countries.alpha_3(alpha_2)
    return _STATES.get(code, code)


def check_digit(signs: str) -> str:
    """Weights 7, 3, 1 from the left; digits are worth themselves, A is 10 and Z is 35, the filler nothing."""
    worth = (0 if sign == _FILLER else int(sign, 36) for sign in signs)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(worth)) % 10)


def name_field(primary: str, secondary: str) -> str:
    """The name in 39 signs: what the family is called, two fillers, what the person is called.

    Too long a name is cut as part 7, 4.2.3 allows, and then ends in a letter: the last words of the family name become
    initials until a letter of the other part fits; the rest is cut at the right, as a name of one part is.
    """
    family, given = words(primary), words(secondary)
    if not family:
        family, given = given, []
    if given:
        _shorten(family, NAME_WIDTH - len("<<A"))
    name = _joined(family, given)
    while len(name) > NAME_WIDTH and name[NAME_WIDTH - 1] == _FILLER:
        # The next word's initial takes the place of the longest word's last letter.
        shortened = given if max(map(len, given), default=0) > 1 else family
        longest = max(range(len(shortened)), key=lambda place: len(shortened[place]))
        shortened[longest] = shortened[longest][:-1]
        name = _joined(family, given)
    return f"{name[:NAME_WIDTH]:{_FILLER}<{NAME_WIDTH}}"


def words(name: str) -> list[str]:
    """The words of a name in the letters of the zone."""
    capitals = unicodedata.normalize("NFC", name.upper()).translate(_LETTERS).translate(_JOINED).translate(_PARTED)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", capitals) if not unicodedata.combining(sign))
    for sign in bare:
        if sign != " " and not ("A" <= sign <= "Z"):
            raise ValueError(f"no letter of the zone for U+{ord(sign):04X}")
    return bare.split()


def _shorten(words: list[str], room: int) -> None:
    """Make the words fit: the last ones become initials, then the first one loses letters."""
    for place in range(len(words) - 1, 0, -1):
        if len(_FILLER.join(words)) <= room:
            return
        words[place] = words[place][0]
    while len(_FILLER.join(words)) > room:
        if len(words[0]) > 1:
            words[0] = words[0][:-1]
        else:  # more initials than places
            words.pop()


def _joined(family: Sequence[str], given: Sequence[str]) -> str:
    return (_FILLER * 2).join(_FILLER.join(words) for words in (family, given) if words)


def _field(text: str, width: int) -> str:
    """A number or code: whatever is neither letter nor digit becomes a filler."""
    if len(text) > width:
        raise ValueError(f"{len(text)} signs, and room for {width}")
    signs = (sign if sign.isascii() and sign.isalnum() else _FILLER for sign in text.upper())
    return f"{''.join(signs):{_FILLER}<{width}}"


def _checked(signs: str) -> str:
    return signs + check_digit(signs)
