"""What is seen first stays where it is: the letters come late and move nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""
LATE = 600  # milliseconds by which the letters come after they were asked for
SITE = "http://portal.test"


def shift(page: Page, path: str, language: str, style: str = "") -> float:
    """By how much a page moves while its letters are on their way; `style` stands in for a part of its stylesheet."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    body = client.get(path).content.decode()
    fonts: list[Route] = []

    def answer(route: Route) -> None:
        file = Path(settings.STATIC_ROOT) / route.request.url.removeprefix(f"{SITE}{settings.STATIC_URL}")
        if route.request.is_navigation_request():
            route.fulfill(content_type="text/html; charset=utf-8", body=body)
        elif file.suffix == ".woff2":
            fonts.append(route)
        elif file.suffix == ".css":
            route.fulfill(
                content_type="text/css",
                body=file.read_text(encoding="utf-8").replace("font-display: optional", style or "font-display: optional"),
            )
        else:
            route.fulfill(path=file) if file.exists() else route.fulfill(status=404)

    page.route("**/*", answer)
    page.goto(f"{SITE}{path}", wait_until="domcontentloaded")
    for _ in range(50):
        page.wait_for_timeout(200)  # in which the page is painted without its letters
        if fonts:
            break
    assert fonts, "the page asks for no letters"
    page.wait_for_timeout(LATE)
    for font in fonts:
        font.fulfill(
            content_type="font/woff2", path=Path(settings.STATIC_ROOT) / font.request.url.removeprefix(f"{SITE}{settings.STATIC_URL}")
        )
    page.wait_for_timeout(500)
    return float(page.evaluate("window.shifts.reduce((sum, each) => sum + each, 0)"))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("path", ["/", "/sign-in/", "/fees/"])
def test_nothing_moves_when_the_letters_come(phone: Page, path: str, language: str) -> None:
    assert shift(phone, path, language) == 0


def test_the_watch_sees_letters_that_move_a_page(phone: Page) -> None:
    assert shift(phone, "/", "ar", style="font-display: swap") > 0
