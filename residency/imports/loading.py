"""Importing a file: read, check, link, write and seal, or nothing at all."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from muqeem import clock
from muqeem.record.models import Event
from residency.imports.accounts import Accounts
from residency.imports.faults import BadFile, Fault
from residency.imports.kinds import Kind
from residency.imports.papers import Passports, Permits, Visas
from residency.imports.reading import read
from residency.imports.reported import Clearances, Holds, Movements
from residency.imports.residents import Residents

# In the order in which they refer to each other.
KINDS: dict[str, type[Kind]] = {kind.name: kind for kind in (Accounts, Residents, Passports, Permits, Visas, Movements, Holds, Clearances)}


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    kind: str
    encoding: str
    counts: dict[str, int]


def kind_of(file_name: str) -> str | None:
    """The kind that a file's name tells, if it tells one."""
    told = [name for name in KINDS if name in file_name.lower()]
    return told[0] if len(told) == 1 else None


def import_facts(content: bytes, kind: str, *, file_name: str, actor: str = "") -> Imported:
    """Import a whole file in one transaction. Raises BadFile with everything that is wrong, and then nothing was imported."""
    columns = KINDS[kind].columns
    sheet = read(content, columns)
    try:
        with clock.hold(), transaction.atomic():
            loader = KINDS[kind](clock.today())
            loader.accept(sheet.rows)
            counts = loader.save(sheet.rows)
            digest = hashlib.sha256(content).hexdigest()
            data: dict[str, Any] = {"facts": kind, "sha256": digest, **counts}
            Event.objects.seal("import", actor=actor, subject=file_name[:64], **data)
    except DatabaseError as error:
        reason = _("The database refused it (%(reason)s). Another process may have changed the same rows; import the file again.")
        raise BadFile([Fault(reason % {"reason": str(error).partition("\n")[0]})]) from error
    return Imported(kind, sheet.encoding, counts)
