"""`manage.py import_facts FILE`: the one door for facts of other authorities."""

import getpass
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from residency.imports.faults import BadFile
from residency.imports.loading import KINDS, import_facts, kind_of


class Command(BaseCommand):
    """Import a CSV file of one kind of facts, whole or not at all."""

    help = "Imports a CSV file (UTF-8 or Windows-1256; comma or semicolon) of one kind of facts, whole or not at all."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = columns_of_all_kinds()
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the CSV file")
        parser.add_argument("--kind", choices=list(KINDS), help="what is in it, unless the file's name says so")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], default="en", help="of what is said (en)")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        with override(options["language"]):
            kind = options["kind"] or kind_of(file.name)
            if kind is None:
                raise CommandError(_("The file's name does not tell its kind; add --kind."))
            try:
                content = file.read_bytes()
            except OSError as error:
                raise CommandError(f"{file}: {error.strerror}") from None
            name = file.name.encode(errors="replace").decode()
            try:
                done = import_facts(content, kind, file_name=name, actor=getpass.getuser())
            except BadFile as bad:
                for fault in bad.faults:
                    self.stderr.write(str(fault))
                n = len(bad.faults)
                words = ngettext("Nothing was imported: %(n)d fault.", "Nothing was imported: %(n)d faults.", n)
                raise CommandError(words % {"n": n}) from None
            if done.encoding != "UTF-8":
                self.stdout.write(_("The file was read as %(encoding)s.") % {"encoding": done.encoding})
            counts = _("%(kind)s: %(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(older)d older and ignored")
            self.stdout.write(counts % {"kind": done.kind, **done.counts})


def columns_of_all_kinds() -> str:
    """The columns of each kind, as the command's help lists them."""
    lines = ["A heading names the columns, in any order. * is required. Days are 2026-03-15, or 1447-09-26 in Hijri.", ""]
    for kind in KINDS.values():
        lines.append(f"{kind.name}:")
        lines += [f"  {column.name}{'*' if column.required else ''}: {column.says}" for column in kind.columns]
    return "\n".join(lines)
