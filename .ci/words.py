"""Whether every word of the portal has its Arabic: nothing new, nothing empty, nothing fuzzy.

Works on a copy, so that looking changes no file.
"""
# ruff: noqa: INP001 -- a script beside the others that CI runs, not a package

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("muqeem/locale/ar/LC_MESSAGES/django.po")
NOT_OURS = shutil.ignore_patterns(".*", "var", "static", "tests", "docs", "__pycache__", "node_modules", "*.mo")


def catalogue(root: Path) -> Catalog:
    with (root / CATALOGUE).open("rb") as file:
        return read_po(file, locale="ar", abort_invalid=True)


def used_words() -> Catalog:
    """The catalogue as it would be if it were brought up to date now."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "portal"
        shutil.copytree(ROOT, copy, ignore=NOT_OURS)
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--locale", "ar", "--no-location", "--no-obsolete", "--verbosity", "0"],
            cwd=copy,
            check=True,
        )
        return catalogue(copy)


def is_complete(message: Message) -> bool:
    translations = message.string if isinstance(message.string, list | tuple) else [message.string]
    return not message.fuzzy and all(translations)


def main() -> str | None:
    """What has no Arabic, or only a fuzzy one, line by line; None if nothing."""
    known = catalogue(ROOT)
    lacking = []
    for message in used_words():
        if not message.id:
            continue  # the heading
        kept = known.get(message.id, message.context)
        if kept is None or not is_complete(kept):
            words = message.id if isinstance(message.id, str) else message.id[0]
            lacking.append(f"No Arabic, or a fuzzy one: {words!r}")
    return "\n".join(lacking) or None


if __name__ == "__main__":
    sys.exit(main())
