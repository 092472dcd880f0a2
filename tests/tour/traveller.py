"""One person in one browser, in one language, with a camera."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from playwright.sync_api import Browser, Page

from tests.scan.findings import ROOT
from tests.scan.servers import PortalSite

PICTURES = Path(os.environ.get("MUQEEM_VAR", ROOT / "var")) / "tour"
PHONE, DESK, WIDE = 360, 1280, 1440
HEIGHTS = {PHONE: 740, DESK: 800, WIDE: 900}


def arrange(portal: PortalSite, state: str, *words: str) -> Any:
    """Bring one of `states` about in a running portal; what it returns."""
    call = f"from tests.tour import states\nstates.tell(states.{state}(*{words!r}))"
    return json.loads(portal.manage("shell", "--verbosity", "0", "-c", call).splitlines()[-1])


class Traveller:
    """Goes from screen to screen and photographs each: on a phone and on a desk, and on the phone in dark colours."""

    def __init__(self, browser: Browser, portal: PortalSite, language: str, album: str) -> None:
        self.portal, self.language, self.album = portal, language, album
        self.context = browser.new_context(
            viewport={"width": DESK, "height": HEIGHTS[DESK]},
            timezone_id="Asia/Riyadh",
            reduced_motion="reduce",  # dark colours are there at once, not faded over to
        )
        self.context.add_cookies([{"name": "language", "value": language, "url": portal.address}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.taken = 0
        self.goes_to("/").wait_for_load_state("networkidle")  # letters come late to a first page; later ones have them at hand

    def goes_to(self, path: str) -> Page:
        self.page.goto(self.portal.address + path)
        return self.page

    def photographs(self, name: str, *, wide: bool = False) -> None:
        """The page as it stands."""
        self.taken += 1
        stem = f"{self.album}-{self.taken:02d}-{name}-{self.language}"
        for width in (DESK, *([WIDE] if wide else []), PHONE):
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self.page.evaluate("document.fonts.ready")  # they come late, and change how high a page is
            if width == PHONE:  # as high as the page, so that the bar at its foot stands there and not in its middle
                height = self.page.evaluate("document.documentElement.scrollHeight")
                self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=PICTURES / f"{stem}-{width}.png", full_page=True)
        self.page.emulate_media(color_scheme="dark")
        self.page.screenshot(path=PICTURES / f"{stem}-dark.png", full_page=True)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": DESK, "height": HEIGHTS[DESK]})

    def prints(self, name: str) -> None:
        """The pages of the receipt that is shown, as a printer would draw them."""
        link = self.page.locator("main a[href*='.pdf?download=1']").first.get_attribute("href")
        paper = self.context.request.get(f"{self.portal.address}{link}").body()
        for number, page in enumerate(pdfium.PdfDocument(paper), 1):
            page.render(scale=1.5).to_pil().save(PICTURES / f"{self.album}-{self.taken:02d}-{name}-{self.language}-paper-{number}.png")

    def sees(self, path: str, name: str, *, wide: bool = False) -> None:
        self.goes_to(path)
        self.photographs(name, wide=wide)

    def follows(self, link: str, name: str, *, wide: bool = False) -> None:
        """The first link of the page that matches."""
        with self.page.expect_navigation():
            self.page.locator(f"main {link}:visible").first.click()
        self.photographs(name, wide=wide)

    def fills(self, **answers: str) -> None:
        for name, answer in answers.items():
            self.page.locator(f"main [name={name}]").first.fill(answer)

    def presses(self, name: str, *places: int) -> None:
        """The labels of options, by their places: one is chosen, a box is ticked or no longer is."""
        for place in places:
            self.page.locator(f"main label[for=id_{name}_{place}]").click()

    def sends(self, holding: str) -> None:
        """Press the button of the form that holds a field, or is a button itself."""
        with self.page.expect_navigation():
            self.page.locator(f"main form:has([name='{holding}']) button[type=submit]").first.click()

    def errs(self, name: str, holding: str, **answers: str) -> None:
        """Send a form with something wrong in it, and photograph what is said of it."""
        self.fills(**answers)
        self.sends(holding)
        self.photographs(name)

    def enters_code(self, username: str) -> None:
        """An app's code opens one thing only: the next one comes within half a minute."""
        before = self.page.url
        for _attempt in range(5):
            self.fills(code=self.portal.code(username))
            self.sends("code")
            if self.page.url != before or not self.page.locator("main [name=code]").count():
                return
            time.sleep(10)
        raise AssertionError(f"no code was taken from {username}")

    def signs_in(self, username: str, *, pictures: bool = False) -> None:
        """Both steps, photographed or not, and the language of this journey."""
        take: Callable[..., Any] = self.photographs if pictures else lambda *_: None
        password = self.portal.people[username]["password"]
        self.goes_to("/sign-in/")
        take("sign-in")
        if pictures:
            self.errs("sign-in-empty", "password")
            self.errs("sign-in-wrong", "password", username=username, password="not-the-password")
        self.fills(username=username, password=password)
        self.sends("password")
        take("sign-in-code")
        if pictures:
            self.errs("sign-in-code-wrong", "code", code="000000")
            self.sees("/sign-in/lost-phone/", "lost-phone")
            self.sees("/sign-in/code/?backup=1", "backup-code")
            self.errs("backup-code-wrong", "code", code="AAAA-BBBB")
            self.goes_to("/sign-in/code/")
        self.enters_code(username)
        self.speaks()

    def speaks(self) -> None:
        """Change to the language of this journey where the person's own is the other one."""
        if self.page.locator("html").get_attribute("lang") != self.language:
            here = self.page.url
            self.goes_to("/fees/")
            with self.page.expect_navigation():
                self.page.locator("button.lang").click()
            self.page.goto(here)
