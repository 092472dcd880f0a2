"""What is wrong with a file, row by row."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Fault:
    """One thing wrong: in a column of a row, or, without a column, with a row or with the whole file."""

    reason: "StrOrPromise"
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        if self.row and self.column:
            return _('Row %(row)d, column "%(column)s": %(reason)s') % vars(self)
        if self.row:
            return _("Row %(row)d: %(reason)s") % vars(self)
        return str(self.reason)


class BadFile(Exception):
    """The file was not imported. `faults` says all that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = sorted(faults, key=lambda fault: (fault.row, fault.column))


@dataclass
class Row:
    """One row of a file: its line and, column by column, what passed the gates."""

    line: int
    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def blame(self, column: str, reason: "StrOrPromise") -> None:
        """Add what is wrong with the row."""
        self.faults.append(Fault(reason, self.line, column))

    def predates(self, told_on: date | None) -> bool:
        """Whether something was told here on a day, and the row does not say that its facts are of a later one."""
        reported_on = self.values.get("reported_on")
        return told_on is not None and (reported_on is None or reported_on <= told_on)


def collect(rows: list[Row]) -> None:
    """Raise BadFile if there is anything wrong with any row."""
    faults = [fault for row in rows for fault in row.faults]
    if faults:
        raise BadFile(faults)
