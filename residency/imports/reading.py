"""Reading a CSV file as other people's programs write it: UTF-8 with or without mark, or Windows-1256; comma or semicolon."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from residency.imports.columns import Column
from residency.imports.faults import BadFile, Fault, Row

CELL = 100_000  # signs; whatever is longer is a quotation mark that was not closed

_NOT_CSV = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True)
class Sheet:
    """A file as it was read."""

    encoding: str
    rows: list[Row]


def read(content: bytes, columns: Sequence[Column]) -> Sheet:
    """The rows of a file, each cell through its gate. Raises BadFile if it is no table of these columns."""
    text, encoding = _decode(content)
    heading = text.lstrip().partition("\n")[0]
    table = _cells(text, ";" if heading.count(";") > heading.count(",") else ",")
    if not table:
        raise BadFile([Fault(_("The file is empty."))])
    names = [name.strip().lower() for name in table[0][1]]
    _check_names(names, columns)
    known = {column.name: column for column in columns}
    return Sheet(encoding, [_row(line, cells, names, known) for line, cells in table[1:]])


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith(_NOT_CSV):
        raise BadFile([Fault(_("Use a CSV file in UTF-8."))])
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        around = content.decode(errors="replace")
        letters = sum("\u0600" <= sign <= "\u06ff" for sign in around)
        if content.startswith(codecs.BOM_UTF8) or letters > around.count("\ufffd"):
            line = content.count(b"\n", 0, error.start) + 1
            raise BadFile([Fault(_("The file is not valid UTF-8 here."), line)]) from None
        return content.decode("cp1256"), "Windows-1256"


def _cells(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The cells of each row that is not empty, with the line on which it begins."""
    csv.field_size_limit(CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    table, begins = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                table.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error:
        raise BadFile([Fault(_("A quotation mark that opens here is not closed, or stands inside a cell."), begins)]) from None
    return table


def _check_names(names: list[str], columns: Sequence[Column]) -> None:
    known = {column.name for column in columns}
    wanted = [column.name for column in columns if column.required]
    faults = [Fault(_('The column "%(column)s" is missing.') % {"column": name}) for name in wanted if name not in names]
    faults += [Fault(_('The column "%(column)s" is not known.') % {"column": _shown(name)}) for name in names if name and name not in known]
    faults += [Fault(_('The column "%(column)s" is there twice.') % {"column": name}) for name in sorted(known) if names.count(name) > 1]
    if faults:
        raise BadFile(faults)


def _shown(name: str) -> str:
    """A name of somebody else's making, as a terminal may show it."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name[:60])


def _row(line: int, cells: list[str], names: list[str], known: dict[str, Column]) -> Row:
    row = Row(line, {})
    if any(cell.strip() for cell in cells[len(names) :]):
        row.faults.append(Fault(_("The row has more cells than the heading has columns."), line))
    padded = cells + [""] * len(names)
    for name, cell in zip(names, padded, strict=False):
        if not name:
            continue
        column = known[name]
        try:
            row.values[name] = column.read(cell)
        except ValidationError as error:
            row.blame(name, " ".join(error.messages))
    return row
