"""Access for all, on every kind of screen in both languages: axe, and what axe does not look at."""

import json
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.screens import screens, shown

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

Colours = Literal["light", "dark"]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
OURS = Path(__file__).with_name("access.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The width and the colours: a desk by day, a phone by night. Then a desk of 1280 enlarged to 200 % and to 400 %.
DESK: tuple[int, Colours] = (1280, "light")
PHONE: tuple[int, Colours] = (360, "dark")
ENLARGED = (640, 320)


def by_axe(page: Page) -> list[str]:
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(f"axe.run({json.dumps(options)})")
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


def by_us(page: Page, language: str, **how: bool) -> list[str]:
    found: list[str] = page.evaluate(OURS, {"language": language, **how})
    return found


def faults(page: Page, language: str) -> list[str]:
    """All that keeps somebody out of the page that is shown."""
    page.keyboard.press("Shift")  # so that what takes the focus shows it as it does to somebody who uses the keyboard
    found = []
    for width, colours in (DESK, PHONE):
        page.emulate_media(color_scheme=colours)
        page.set_viewport_size({"width": width, "height": 740})
        found += [f"{fault} ({width})" for fault in (*by_us(page, language, untouched=width == DESK[0]), *by_axe(page))]
    for width in ENLARGED:
        page.set_viewport_size({"width": width, "height": 256})
        found += [f"{fault} ({width})" for fault in by_us(page, language, reflow=True)]
    return found


@pytest.mark.parametrize("language", ["ar", "en"])
def test_nobody_is_kept_out_of_any_screen(browser: Browser, language: str) -> None:
    every = screens(language)
    assert len(every) > 70
    wrong: dict[str, list[str]] = {}
    with shown(browser, every, script=AXE) as opened:
        for screen, page in opened:
            if found := faults(page, language):
                wrong[screen.name] = found
    assert not wrong, "\n".join(f"{name}\n    " + "\n    ".join(sorted(set(found))) for name, found in wrong.items())
