"""Every screen as a file of its own, in both languages: `.ci/scan html` runs it, with SCREENS naming the folder."""

import os
from pathlib import Path

import pytest

from tests.screens import screens


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_screen_is_written_down(language: str) -> None:
    folder, every = Path(os.environ["SCREENS"]), screens(language)
    assert len(every) > 70
    names = []
    for number, screen in enumerate(every):
        (folder / f"{language}-{number:03}.html").write_text(screen.body, encoding="utf-8")
        names.append(f"{language}-{number:03}.html {screen.name}\n")
    (folder / f"{language}.txt").write_text("".join(names), encoding="utf-8")
