"""Where in the portal the scanners are led: what a crawl alone would not reach, and what must have been reached in the end."""

import json
import re
import time
from collections.abc import Iterator

from tests.scan.servers import PortalSite, Site
from tests.scan.web import Form

# Nobody is sent there: it ends the session that the scanner looks with.
NOT_VISITED = {"/sign-out/"}
START = "/services/iqama-renewal/"
RESIDENT = re.compile(rb"/residents/[0-9a-f-]{36}/")
DOCUMENT = re.compile(rb"/documents/\w{12}")
FINGERPRINT = re.compile(rb'name="fingerprint" value="(\w+)"')


class Journey:
    """A resident's renewal, step by step; `finish` leads it to its paper, and leaves another at its details."""

    document: str
    resident: str
    details: str

    def __init__(self, portal: PortalSite, username: str) -> None:
        self.portal, self.username = portal, username
        self.browser = portal.signed_in(username)
        self.data = {"iqama_number": portal.people[username]["account"], "months": "12"}

    def finish(self) -> "Journey":
        receipt = self.confirmed(self.reviewed())
        self.details = self.opened()
        self.document = DOCUMENT.findall(body(self.browser.ask("GET", receipt)))[0].decode()
        self.resident = RESIDENT.findall(body(self.browser.ask("GET", "/residents/")))[0].decode()
        return self

    def opened(self) -> str:
        for _try in range(4):
            answer = self.browser.ask("POST", START)
            if answer.status == 302:
                break
            time.sleep(20)  # codes are a minute apart
        path = str(answer.headers["Location"])
        self.browser.ask("POST", path, {"code": self.portal.code(self.username)})
        return path

    def reviewed(self) -> str:
        path = self.opened()
        self.browser.ask("POST", path, self.data)
        return path

    def confirmed(self, path: str) -> str:
        """Where the receipt is."""
        review = FINGERPRINT.search(body(self.browser.ask("GET", path)))
        if review is None:
            raise RuntimeError(f"{self.username} could not renew")
        return str(self.browser.ask("POST", path, {"fingerprint": review[1].decode()}).headers["Location"])


def main_pages(portal: PortalSite) -> Iterator[tuple[str, Site, str]]:
    """The pages that people see most, each as somebody who sees it; the review before it is confirmed."""
    for name, path in {"home": "/", "sign-in": "/sign-in/", "check": "/check/", "fees": "/fees/"}.items():
        yield name, Site(portal.port), path
    journey = Journey(portal, "rafiq")
    yield "services", journey.browser, "/services/"
    yield "review", journey.browser, (path := journey.reviewed())
    yield "receipt", journey.browser, journey.confirmed(path)
    noura = portal.signed_in("noura")
    yield "residents", noura, "/residents/"
    yield "file", noura, RESIDENT.findall(body(noura.ask("GET", "/residents/")))[0].decode()


def body(answer: object) -> bytes:
    return getattr(answer, "body", b"")


def forms_of_anybody() -> Iterator[Form]:
    yield Form("/sign-in/?next=/fees/", {"username": "rafiq", "password": "not-the-one"})
    yield Form("/check/", {"serial": "7K3M9PQ2XRTE", "code": "ABCDEFGH"})
    yield Form("/check/", {"number": "6000000001", "fact": "name", "name": "Mohammad Khan"})


def forms_of_members(journey: Journey) -> Iterator[Form]:
    yield Form("/residents/?q=ali&after=x&before=x")
    yield Form("/operations/?before=100")
    yield Form(f"{START}?resident={journey.resident.split('/')[2]}")
    yield Form(journey.details, journey.data)
    yield Form("/residents/ask-employer/iqama-renewal/", {"iqama_number": journey.data["iqama_number"]})


def forms_of_clerks(journey: Journey) -> Iterator[Form]:
    yield Form("/desk/", {"scan": "7K3M9PQ2XRTE"})
    yield Form(f"/desk{journey.document}/card/", {"card": "C1234567"})
    yield Form(f"/desk{journey.document}/card/undo/", {"reason": "a slip of the hand"})


def forms_of_staff() -> Iterator[Form]:
    yield Form("/admin/residency/resident/?q=2&o=1&p=0")


def starts(journey: Journey) -> dict[str, list[str]]:
    """Where a crawl begins beside the first page, as whom: what no link leads to."""
    return {
        "": ["/check/keys", "/demo/components/", "/favicon.ico"],
        "rafiq": [f"{journey.document}/", "/account/unsent/", "/account/session/"],
        "huda": [f"/desk{journey.document}/", f"/desk{journey.document}.pdf", f"/desk{journey.document}/copy/", f"/desk{journey.resident}"],
    }


def not_reached(portal: PortalSite) -> list[str]:
    """The addresses that no scanner has looked at, by the portal's own log."""
    listed = portal.manage("shell", "--verbosity", "0", "-c", "from tests.doors.matrix import tree\nfor a in tree(): print('/' + a.route)")
    lines = (portal.var / "log" / "web.log").read_text().splitlines()
    seen = {json.loads(line).get("route") for line in lines if line.startswith("{")}
    return sorted({line for line in listed.splitlines() if line.startswith("/")} - seen - NOT_VISITED - {"/healthz", "/readyz"})
