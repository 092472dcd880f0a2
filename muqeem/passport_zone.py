"""The zone at the foot of a passport's page as somebody copies or scans it: TD3 of ICAO Doc 9303, part 4.

Five check digits stand in the second line. They find slips of hand and eye; that a passport is genuine they do not show.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muqeem import mrz, numbers

WIDTH = mrz.WIDTH
FILLER = "<"

_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
_PARTS: tuple[tuple[Promise | str, slice, int], ...] = (  # of the second line, each with the place of its check digit
    (_("passport number"), slice(0, 9), 9),
    (_("date of birth"), slice(13, 19), 19),
    (_("last day"), slice(21, 27), 27),
    (_("personal number"), slice(28, 42), 42),
)


@dataclass(frozen=True)
class PassportZone:
    """Both lines, whose check digits are right."""

    upper: str
    lower: str

    @property
    def number(self) -> str:
        return self.lower[:9].rstrip(FILLER)

    @property
    def nationality(self) -> str:
        return self.lower[10:13].rstrip(FILLER)

    @property
    def birth(self) -> str:
        """Year, month and day of birth, two digits each."""
        return self.lower[13:19]

    @property
    def family(self) -> list[str]:
        """The words in front of the two fillers."""
        return self._name.partition(FILLER * 2)[0].split(FILLER)

    @property
    def given(self) -> list[str]:
        """The words behind them; a single name has none."""
        return [word for word in self._name.partition(FILLER * 2)[2].split(FILLER) if word]

    @property
    def may_be_cut(self) -> bool:
        """Whether the name fills its field to the last place, so that more of it may be in the passport."""
        return not self.upper.endswith(FILLER)

    @property
    def _name(self) -> str:
        return self.upper[5:].rstrip(FILLER)


def read(text: str) -> PassportZone:
    """Both lines, however they were copied; `ValidationError` says what is wrong with them."""
    lines = ["".join(line.split()) for line in numbers.ascii_digits(text).upper().splitlines() if line.strip()]
    signs = "".join(lines)
    if len(signs) != 2 * WIDTH or (len(lines) == 2 and len(lines[0]) != WIDTH):
        words = _("The two lines have %(width)d signs each, %(both)d together; these have %(n)d. Copy both lines whole.")
        raise ValidationError(words, code="length", params={"width": WIDTH, "both": 2 * WIDTH, "n": len(signs)})
    if not _SIGNS.issuperset(signs):
        raise ValidationError(_("The two lines hold Latin letters, digits and the sign < only."), code="signs")
    upper, lower = signs[:WIDTH], signs[WIDTH:]
    if upper[0] != "P":
        raise ValidationError(_("These are not the lines of a passport: the first one begins with P."), code="kind")
    if not upper[5:].strip(FILLER) or upper[5] == FILLER:
        raise ValidationError(_("The first line holds no name. Copy both lines whole."), code="name")
    _check(lower)
    return PassportZone(upper, lower)


def _check(lower: str) -> None:
    """Raise `ValidationError`, naming the part, where a check digit is not the right one."""
    for part, place, digit in _PARTS:
        signs, found = lower[place], lower[digit]
        if found == FILLER and not signs.strip(FILLER):  # an empty part may have none
            continue
        if found != mrz.check_digit(signs):
            words = _("The second line has a slip in this part: %(part)s. Compare it sign by sign with the passport.")
            raise ValidationError(words, code="check_digit", params={"part": part})
    if lower[43] != mrz.check_digit(lower[:10] + lower[13:20] + lower[21:43]):
        words = _("The last sign of the second line does not fit the rest. Compare the line sign by sign with the passport.")
        raise ValidationError(words, code="check_digit")
