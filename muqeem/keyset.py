"""Lists that go on from the last row that was shown."""

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def before(rows: QuerySet[Row], key: str) -> QuerySet[Row]:
    """The rows with smaller keys than that of a link; all of them where the link holds nothing that can be one."""
    return rows.filter(id__lt=int(key)) if key.isascii() and key.isdecimal() and len(key) < 19 else rows
