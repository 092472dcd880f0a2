"""Folders for Unix sockets, whose whole path the kernel keeps in 107 bytes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_NAME = len("/.s.PGSQL.5432")
LONGEST_FOLDER = 100 - LONGEST_NAME  # bytes, with a little room


def fits(folder: Path) -> bool:
    return len(os.fsencode(folder)) <= LONGEST_FOLDER


@contextmanager
def short_folder() -> Iterator[Path]:
    """A fresh folder for us alone whose name is short, removed afterwards."""
    usual = Path(tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="muqeem-", dir=usual if fits(usual / "muqeem-12345678") else "/tmp"))  # noqa: S108 -- the name is made fresh
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def socket_folder(usual: Path) -> Iterator[Path]:
    """`usual`, made if need be, or a short folder where its name is too long for a socket."""
    if fits(usual):
        usual.mkdir(mode=0o700, exist_ok=True)
        yield usual
    else:
        with short_folder() as short:
            yield short
