"""Lists that go on from the last row that was shown."""

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def before(rows: QuerySet[Row], key: str) -> QuerySet[Row]:
    """The rows with smaller keys than that of a link; all of them where the link holds nothing that can be one."""
    return rows.filter(id__lt=int(key)) if _is_one(key) else rows


def up_to(rows: QuerySet[Row], key: str) -> QuerySet[Row]:
    """The rows with keys no greater than that of a page; none where the page names nothing that can be one."""
    return rows.filter(id__lte=int(key)) if _is_one(key) else rows.none()


def _is_one(key: str) -> bool:
    return key.isascii() and key.isdecimal() and len(key) < 19
