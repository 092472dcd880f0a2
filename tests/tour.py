"""Drives the portal as a resident, an HR colleague and a clerk would, and leaves a picture of every screen.

`make demo-tour` starts a portal of its own with fresh people and writes to `var/tour/`: every screen in Arabic and in
English, at the widths of a phone and of a desk, and once in dark colours.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page

from tests.browser.chromium import launched

ROOT = Path(__file__).resolve().parent.parent
PICTURES = Path(os.environ.get("MUQEEM_VAR", ROOT / "var")) / "tour"
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}
LANGUAGES = ("ar", "en")


@contextmanager
def portal() -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """A running portal with fresh people: its address, and how each of them signs in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory(prefix="muqeem-tour-") as folder:
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "DEMO"}}
        environment |= {"MUQEEM_VAR": f"{folder}/var", "PORT": str(port)}
        Path(folder).chmod(0o755)  # the servers run as a user of their own
        running = subprocess.Popen([sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            site = f"http://127.0.0.1:{port}"
            _wait_for(f"{site}/readyz", running)
            told = subprocess.run(
                [sys.executable, "manage.py", "demo", "--json"], cwd=ROOT, env=environment, check=True, capture_output=True
            ).stdout
            yield site, {person["username"]: person for person in json.loads(told)}
        finally:
            running.terminate()
            running.wait(60)


def _wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and running.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
        else:
            return
    raise SystemExit("The portal did not start.")


class Traveller:
    """One person in one browser, in one language, with a camera."""

    def __init__(self, browser: Browser, site: str, language: str, album: str) -> None:
        self.site, self.language, self.album = site, language, album
        self.context = browser.new_context(viewport=SIZES["desk"])
        self.context.add_cookies([{"name": "language", "value": language, "url": site}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.taken = 0

    def goes_to(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def photographs(self, name: str) -> None:
        """The page as it stands, on a desk and on a phone, and there in dark colours as well."""
        self.taken += 1
        stem = f"{self.album}-{self.taken:02d}-{name}-{self.language}"
        for size, viewport in SIZES.items():
            self.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            self.page.screenshot(path=PICTURES / f"{stem}-{size}.png", full_page=True)
        self.page.emulate_media(color_scheme="dark")
        self.page.screenshot(path=PICTURES / f"{stem}-dark.png", full_page=True)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(SIZES["desk"])  # type: ignore[arg-type]

    def sees(self, path: str, name: str) -> None:
        self.goes_to(path)
        self.photographs(name)

    def fills(self, **answers: str) -> None:
        for name, answer in answers.items():
            self.page.locator(f"main [name={name}]").first.fill(answer)

    def sends(self, holding: str = "") -> None:
        """Press the button of the form that holds a field."""
        form = f"main form:has([name={holding}])" if holding else "main form"
        with self.page.expect_navigation():
            self.page.locator(f"{form} button[type=submit]").first.click()

    def code(self, username: str) -> str:
        """The code on the demonstration phone: of the newest text, or of the person's app."""
        phone = self.context.new_page()
        try:
            phone.goto(f"{self.site}/demo/phone/")
            app = phone.locator("#apps ~ ul li", has_text=username).locator("b")
            if app.count():
                return re.sub(r"\D", "", app.first.inner_text())
            found = re.search(r"#(\d{6})", phone.locator(".sms").first.inner_text())
            assert found, "no code on the demonstration phone"
            return found[1]
        finally:
            phone.close()

    def enters_code(self, username: str) -> None:
        """An app's code opens one thing only: the next one comes within half a minute."""
        before = self.page.url
        for _attempt in range(4):
            self.fills(code=self.code(username))
            self.sends("code")
            if self.page.url != before or not self.page.locator("main [name=code]").count():
                return
            time.sleep(10)
        raise AssertionError(f"no code was taken from {username}")

    def signs_in(self, person: dict[str, str], *, pictures: bool = False) -> None:
        take: Callable[[str], None] = self.photographs if pictures else lambda _name: None
        self.goes_to("/sign-in/")
        take("sign-in")
        if pictures:
            self.fills(username=person["username"], password="not-the-password")
            self.sends("password")
            take("sign-in-wrong")
        self.fills(username=person["username"], password=person["password"])
        self.sends("password")
        take("sign-in-code")
        if pictures:
            self.fills(code="000000")
            self.sends("code")
            take("sign-in-code-wrong")
        self.enters_code(person["username"])
        if self.page.locator("html").get_attribute("lang") != self.language:  # the person's own language is the other one
            here = self.page.url
            self.goes_to("/fees/")
            with self.page.expect_navigation():
                self.page.locator("button.lang").click()
            self.page.goto(here)

    def renews(self, person: dict[str, str], number: str, months: str) -> None:
        """The main job, from the menu to the printed page, with a mistake at every step."""
        self.sees("/services/", "services")
        self.sees("/services/iqama-renewal/", "service")
        self.sends("csrfmiddlewaretoken")
        self.photographs("code")
        self.fills(code="000000")
        self.sends("code")
        self.photographs("code-wrong")
        self.enters_code(person["username"])
        self.photographs("details")
        self.fills(iqama_number=number[:-1] + str((int(number[-1]) + 1) % 10))
        self.sends("iqama_number")
        self.photographs("details-errors")
        self.fills(iqama_number=number)
        self.page.locator(f"label[for=id_months_{months}]").click()
        self.sends("iqama_number")
        self.photographs("review")
        self.sends("fingerprint")
        self.photographs("receipt")
        while not self.page.locator("main a[href*='.pdf']").count():
            time.sleep(0.5)
            self.page.reload()
        self.photographs("receipt-ready")


def visitor(browser: Browser, site: str, language: str) -> None:
    """Somebody without an account."""
    guest = Traveller(browser, site, language, "1-visitor")
    guest.sees("/", "home")
    guest.sees("/fees/", "fees")
    guest.sees("/check/", "check")
    guest.fills(serial="0000-0000-0000", code="0000")
    guest.sends("serial")
    guest.photographs("check-wrong")
    guest.fills(number="6000000001", passport_number="A1234567")
    guest.sends("number")
    guest.photographs("check-no-visa")
    guest.sees("/nowhere/", "not-found")
    guest.sees("/demo/phone/", "demo-phone")


def resident(browser: Browser, site: str, language: str, people: dict[str, dict[str, str]]) -> None:
    """A resident renews a residency and prints the page."""
    person = people["rafiq"]
    rafiq = Traveller(browser, site, language, "2-resident")
    rafiq.signs_in(person, pictures=True)
    rafiq.photographs("home")
    rafiq.page.locator("main a[href^='/residents/']").first.click()
    rafiq.photographs("file")
    rafiq.renews(person, person["account"], "3")
    rafiq.sees("/", "home-renewed")
    rafiq.sees("/operations/", "my-operations")
    rafiq.sees("/account/password/", "password")
    rafiq.sees("/account/authenticator/", "authenticator")
    rafiq.sees("/operations/00000000-0000-0000-0000-000000000000/", "not-found")


def establishment(browser: Browser, site: str, language: str, people: dict[str, dict[str, str]]) -> None:
    """Colleagues of a human resources department: one with all privileges, one without that of renewing."""
    noura = Traveller(browser, site, language, "3-establishment")
    noura.signs_in(people["noura"])
    noura.photographs("home")
    noura.sees("/residents/", "residents")
    noura.sees("/residents/?q=zzzz", "residents-none")
    noura.goes_to("/residents/").locator("main a[href^='/residents/']").first.click()
    noura.photographs("file")
    noura.sees("/services/", "services")
    noura.sees("/operations/", "my-operations")
    maha = Traveller(browser, site, language, "4-delegated")
    maha.signs_in(people["maha"])
    maha.sees("/services/", "services")
    maha.sees("/services/iqama-renewal/", "service-closed")


def staff(browser: Browser, site: str, language: str, people: dict[str, dict[str, str]]) -> None:
    """Somebody of the portal's staff."""
    colleague = Traveller(browser, site, language, "6-staff")
    colleague.signs_in(people["staff"])
    colleague.sees("/admin/", "admin")
    colleague.sees("/admin/record/parameter/", "parameters")


def tour() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    for language in LANGUAGES:  # a portal for each: what one traveller renews, another cannot renew again
        with portal() as (site, people), launched() as browser:
            visitor(browser, site, language)
            for journey in (resident, establishment, staff):
                journey(browser, site, language, people)
    sys.stdout.write(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}\n")


if __name__ == "__main__":
    tour()
