"""Files that stay: what a row says of a file must be true after a power cut, too."""

import os
from contextlib import suppress
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def keep(name: str, content: bytes) -> str:
    """Save a file that no power cut takes back; its name in the storage.

    Nothing is written under another name first: until a row names the file, nobody reads it.
    """
    saved: str = default_storage.save(name, ContentFile(content))
    with suppress(NotImplementedError):  # a storage that is no folder keeps what it takes in its own way
        root, file = Path(default_storage.path("")), Path(default_storage.path(saved))
        _sync(file)
        for folder in file.relative_to(root).parents:  # a folder that is new is an entry of the one above
            _sync(root / folder)
    return saved


def _sync(path: Path) -> None:
    """Wait until the disk has what the path names: a file's bytes, a folder's entries."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
