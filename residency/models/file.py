"""A person's file: the rows about one person, in one look at the database.

Rules, fees and pages ask for the same rows again and again, and each question of its own would be a query.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from residency.models.facts import Clearance, Hold, Movement
    from residency.models.missing import MissingReport
    from residency.models.papers import Iqama, Passport
    from residency.models.people import Resident
    from residency.models.visas import Visa

NEWEST = 20  # passports, visas and crossings that are read; no rule and no page looks further back

# Which rows of each relation are on the file. Holds may be of the account under which the person stands.
WHICH = {
    "iqamas": "resident_id = %(person)s",
    "passports": f"resident_id = %(person)s ORDER BY replaced_on DESC NULLS FIRST, id DESC LIMIT {NEWEST}",
    "visas": f"resident_id = %(person)s ORDER BY issued_on DESC, id DESC LIMIT {NEWEST}",
    "movements": f"resident_id = %(person)s ORDER BY crossed_on DESC, id DESC LIMIT {NEWEST}",
    "holds": "resident_id = %(person)s OR account_id = %(sponsor)s",
    "clearances": "resident_id = %(person)s",
    "missing_reports": "resident_id = %(person)s",
}
# What is told of many rows in one.
FAMILY = """
    SELECT 'family', json_build_object('dependants', count(*) FILTER (WHERE kind = 'dependant'), 'all', count(*))::text
    FROM residency_resident WHERE head_id = %(person)s AND left_on IS NULL AND deceased_on IS NULL
"""
PRINTED = (
    "SELECT 'printed', coalesce(json_agg(DISTINCT facts ->> 'visa_number'), '[]')::text"
    " FROM operations_document WHERE resident_id = %(person)s AND facts ? 'visa_number'"
)


@dataclass(frozen=True)
class File:
    """What was on file when it was read; in no order."""

    iqamas: "list[Iqama]"
    passports: "list[Passport]"
    visas: "list[Visa]"
    movements: "list[Movement]"
    holds: "list[Hold]"
    clearances: "list[Clearance]"
    missing_reports: "list[MissingReport]"
    printed: list[str]  # numbers of the visas of which the portal made a page
    family: int  # dependants and companions who are still here, with a final exit visa or without …
    dependants: int  # … and the dependants among them

    @classmethod
    def of(cls, person: "Resident") -> "File":
        """Read the file of a person."""
        kinds: dict[str, Any] = {name: person._meta.get_field(name).related_model for name in WHICH}
        parts = [
            f"SELECT '{name}', row_to_json(one)::text FROM (SELECT * FROM {kind._meta.db_table} WHERE {WHICH[name]}) one"  # noqa: S608 -- our own names
            for name, kind in kinds.items()
        ]
        found: dict[str, Any] = {name: [] for name in kinds}
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join([*parts, FAMILY, PRINTED]), {"person": person.pk, "sponsor": person.sponsor_id})
            for name, text in cursor.fetchall():
                row = json.loads(text, parse_float=Decimal)  # an amount is exact
                if name in kinds:
                    found[name].append(_made(kinds[name], row, person))
                elif name == "family":
                    found |= {"family": row["all"], "dependants": row["dependants"]}
                else:
                    found[name] = row
        return cls(**found)


def _made(kind: Any, row: dict[str, Any], person: "Resident") -> Any:
    fields = kind._meta.concrete_fields
    made = kind.from_db(connection.alias, [field.attname for field in fields], [field.to_python(row[field.column]) for field in fields])
    if made.resident_id == person.pk:
        made.resident = person
    return made
