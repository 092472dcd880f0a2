"""Accounts: establishments with the numbers of their workers, and the people who employ."""

from collections.abc import Hashable, Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import Account
from muqeem import numbers
from residency.imports.columns import REPORTED_ON, day, number, text, whole, yes_or_no
from residency.imports.faults import Row
from residency.imports.kinds import Kind


class Accounts(Kind):
    """One row an account."""

    name = "accounts"
    model = Account
    twice = gettext_lazy("The same account is in rows %(row)d and %(other)d.")
    columns = (
        number("number", "establishment number, iqama number or national ID number", numbers.clean_sponsor, required=True),
        text("name_ar", "name in Arabic", 200, required=True),
        text("name_en", "name in English", 200),
        whole("saudis", "number of Saudi workers, the owner included who works there"),
        whole("expatriates", "number of expatriate workers"),
        yes_or_no("owner_full_time", "whether the owner works there full time"),
        day("birth_on", "date of birth of a citizen"),
        number("phone", "Saudi mobile number of a citizen", numbers.clean_phone),
        REPORTED_ON,
    )

    def keys(self, row: Row) -> list[tuple[str, Hashable]]:
        return [("number", row.values["number"])]

    def check(self, row: Row) -> None:
        for count in ("saudis", "expatriates"):
            if row.values.get(count, 0) is None:
                del row.values[count]  # an empty cell says nothing of the number
        if "phone" in row.values:
            row.values["phone"] = row.values["phone"] or ""

    def known(self, rows: Sequence[Row]) -> dict[int, Any]:
        lines = {row.values["number"]: row.line for row in rows}
        found = Account.objects.filter(number__in=lines).order_by("pk").select_for_update()
        return {lines[account.number]: account for account in found}
