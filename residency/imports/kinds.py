"""What every kind of fact has in common: how a row finds what is known already, and what becomes of it."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residency.imports.columns import Column
from residency.imports.faults import Row, collect

AT_ONCE = 1000  # rows
NEW, CHANGED, UNCHANGED, OLDER = VERDICTS = ("new", "changed", "unchanged", "older")

Written = list[tuple[Row, Any]]  # rows, each with what it becomes


class Kind:
    """One kind of fact: its columns, what its rows refer to, and the table it fills."""

    name: ClassVar[str]
    model: ClassVar[type[Model]]
    columns: ClassVar[tuple[Column, ...]]
    derived: ClassVar[tuple[str, ...]] = ()  # fields that follow from the others
    twice: ClassVar[Any] = gettext_lazy("The same one is in rows %(row)d and %(other)d.")

    def __init__(self, today: date) -> None:
        self.today = today
        self.doubtful: list[Row] = []  # rows with a cell that did not pass its gate

    # --- what a kind says of itself ---

    def keys(self, row: Row) -> list[tuple[str, Hashable]]:
        """What the row is known by, each with its column: no two rows of a file may share any of them."""
        raise NotImplementedError

    def check(self, row: Row) -> None:
        """Blame the row for cells that contradict each other."""

    def link(self, rows: list[Row]) -> None:
        """Put rows of the register in the place of their numbers; blame the rows whose numbers lead nowhere."""

    def waves(self, rows: list[Row]) -> Iterable[list[Row]]:
        """The rows in the order in which they can be written."""
        return [rows]

    def known(self, rows: Sequence[Row]) -> dict[int, Any]:
        """What the register has already, by the line of the row, locked."""
        raise NotImplementedError

    def before(self, added: Written, changed: Written) -> None:
        """What must be true before these are written; may still blame their rows."""

    def after(self, added: Written, changed: Written) -> None:
        """What follows from these."""

    # --- the same for all ---

    def accept(self, rows: list[Row]) -> None:
        """Check and link all rows. Raises BadFile with everything that is wrong."""
        sound = [row for row in rows if not row.faults]
        self.doubtful = [row for row in rows if row.faults]
        for row in sound:
            self.check(row)
            reported = row.values.get("reported_on")
            if reported and reported > self.today:
                row.blame("reported_on", _("This day is in the future."))
        self.link(sound)
        first: dict[tuple[str, Hashable], int] = {}
        for row in sound:
            for column, key in self.keys(row):
                other = first.setdefault((column, key), row.line)
                if other != row.line:
                    row.blame(column, self.twice % {"row": other, "other": row.line})
        collect(rows)

    def save(self, rows: list[Row]) -> dict[str, int]:
        """Write what is new or newer, and say how many rows were what. Requires a transaction."""
        counts: Counter[str] = Counter()
        for wave in self.waves(rows):
            for some in _batches(wave):
                counts.update(self._save(some))
        return {verdict: counts[verdict] for verdict in VERDICTS}

    def _save(self, rows: list[Row]) -> list[str]:
        collect(rows)
        known = self.known(rows)
        collect(rows)
        fields = {field.name for field in self.model._meta.concrete_fields}
        verdicts: list[str] = []
        added: Written = []
        changed: Written = []
        touched = set(self.derived)
        for row in rows:
            values = {name: value for name, value in row.values.items() if name in fields}
            if "reported_on" in fields:
                values["reported_on"] = values.get("reported_on") or self.today
            found = known.get(row.line)
            verdict, differing = (NEW, values) if found is None else _compare(found, values)
            verdicts.append(verdict)
            if found is None:
                added.append((row, self.model(**values)))
            elif verdict == CHANGED:
                for name, value in differing.items():
                    setattr(found, name, value)
                touched |= set(differing)
                changed.append((row, found))
        self.before(added, changed)
        collect(rows)
        manager = self.model._default_manager
        if changed:
            manager.bulk_update([each for _row, each in changed], sorted(touched), batch_size=500)
        manager.bulk_create([each for _row, each in added], batch_size=500)
        self.after(added, changed)
        return verdicts


def _compare(found: Any, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What a row means beside what is known: nothing, something newer, or something older."""
    differing = {name: value for name, value in values.items() if name != "reported_on" and getattr(found, name) != value}
    if not differing:
        return UNCHANGED, {}
    if "reported_on" in values:
        if found.reported_on and values["reported_on"] < found.reported_on:
            return OLDER, {}
        differing["reported_on"] = values["reported_on"]
    return CHANGED, differing


def _batches(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
