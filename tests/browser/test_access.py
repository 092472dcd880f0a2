"""Access for all, on every kind of screen in both languages: axe, and what axe does not look at."""

import json
import os
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.doors.production import browser as client
from tests.html import faults_of_html
from tests.screens import Screen, screens, shown

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

Colours = Literal["light", "dark"]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
OURS = Path(__file__).with_name("access.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The width and the colours: a desk by day, a phone by night. Then a desk of 1280 enlarged to 200 % and to 400 %.
DESK: tuple[int, Colours] = (1280, "light")
PHONE: tuple[int, Colours] = (360, "dark")
ENLARGED = (640, 320)
# What axe looks at is the same in both languages but for their direction and words, and most of it in many screens: every
# second one in each language, at one width. With ACCESS=all every screen at both widths in both languages.
AXE_AT = {"ar": PHONE[0], "en": DESK[0]}
THOROUGH = os.environ.get("ACCESS") == "all"


def by_axe(page: Page) -> list[str]:
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(f"axe.run({json.dumps(options)})")
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


def by_us(page: Page, language: str, **how: bool) -> list[str]:
    found: list[str] = page.evaluate(OURS, {"language": language, **how})
    return found


def faults(page: Page, language: str, *, axe: bool = True) -> list[str]:
    """All that keeps somebody out of the page that is shown."""
    page.keyboard.press("Shift")  # so that what takes the focus shows it as it does to somebody who uses the keyboard
    found = []
    for width, colours in (DESK, PHONE):
        page.emulate_media(color_scheme=colours)
        page.set_viewport_size({"width": width, "height": 740})
        found += [f"{fault} ({width})" for fault in by_us(page, language, untouched=width == DESK[0])]
        if THOROUGH or (axe and width == AXE_AT[language]):
            found += [f"{fault} ({width})" for fault in by_axe(page)]
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
        for nth, (screen, page) in enumerate(opened):
            if found := [*faults_of_html(screen.body), *faults(page, language, axe=nth % 2 == list(AXE_AT).index(language))]:
                wrong[screen.name] = found
    assert not wrong, "\n".join(f"{name}\n    " + "\n    ".join(sorted(set(found))) for name, found in wrong.items())


PLANTED = {  # a mistake, and the words in which it is told
    "the page says it is in": "document.documentElement.lang = 'fr'",
    "the page runs": "document.documentElement.dir = 'rtl'",
    "scrolls sideways at 320": "add('p', 'A wide one').style.inlineSize = '340px'",
    "not one heading of the first level": "add('h1', 'A second one')",
    "a level is skipped": "add('h4', 'Too deep')",
    "the focus is not where the error is": "document.activeElement.blur()",
    "the title does not begin with the error": "document.title = 'Sign in'",
    "to press": "Object.assign(add('button', 'x').style, { padding: 0, inlineSize: '12px', blockSize: '12px', overflow: 'visible' })",
    "the focus is not seen": "add('button', 'Unseen').style.outline = 'none'",
    "the focus is covered": "Object.assign(add('div', '').style, { position: 'fixed', inset: 0, zIndex: 99 })",
    "cut off": "Object.assign(add('p', 'A sentence that is longer than this').style, { inlineSize: '5rem', overflow: 'hidden', whiteSpace: 'nowrap' })",
    "image-alt": "add('img', '').src = '/static/img/mark.svg'",
    "color-contrast": "add('p', 'Hardly to be read').style.color = '#999'",
}
ADD = "const add = (tag, words) => { const it = document.createElement(tag); it.textContent = words; document.querySelector('main .wrap').append(it); return it; };"


@pytest.mark.parametrize("told", PLANTED)
def test_every_mistake_that_was_planted_is_told(browser: Browser, told: str) -> None:
    """And without it nothing is told: the page with an error, as it is."""
    answer = client("en").post("/sign-in/", {})
    screen = Screen("sign-in", "/sign-in/", answer.status_code, answer.content.decode())
    with shown(browser, [screen, screen], script=AXE) as opened:
        for nth, (_screen, page) in enumerate(opened):
            if nth:
                page.evaluate(f"{{ {ADD} {PLANTED[told]} }}")
            found = faults(page, "en")
            assert any(told in fault for fault in found) == bool(nth), found


def test_html_that_a_parser_would_mend_is_told() -> None:
    assert faults_of_html("<!DOCTYPE html><title>x</title><p id='a'>x</p><label for='a'>x</label>") == []
    assert faults_of_html("<!DOCTYPE html><title>x</title><p><div></div></p>")
    assert faults_of_html("<!DOCTYPE html><title>x</title><p id='a'>x</p><p id='a'>x</p>")
    assert faults_of_html("<!DOCTYPE html><title>x</title><label for='b'>x</label>")
