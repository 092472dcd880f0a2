"""People who confirm and look around as long as something else goes on, each request made once."""

import asyncio
import time
from collections.abc import Sequence

import httpx

from accounts.models import OperationToken
from tests.chaos.history import Step
from tests.factories import ResidentFactory
from tests.live import CSRF, Site, Visitor, reviewed

PAGES = ("/services/", "/residents/")


def prepared(site: Site, people: int, each: int) -> list[tuple[Visitor, list[OperationToken]]]:
    """So many people, and the tokens that each of them will confirm."""
    crowd = [Visitor(site, operations=None) for _ in range(people)]
    return [
        (person, [reviewed(person, resident) for resident in ResidentFactory.create_batch(each, domestic=True, sponsor=person.account)])
        for person in crowd
    ]


async def busy(site: Site, crowd: Sequence[tuple[Visitor, list[OperationToken]]], pause: float) -> list[Step]:
    """Let them all confirm what they have, and look at pages between; what came of each request."""
    steps: list[Step] = []

    async def ask(browser: httpx.AsyncClient, method: str, path: str, data: dict[str, str] | None = None) -> None:
        began = time.monotonic()
        try:
            answer = await browser.request(method, path, data=data)
            status, done = answer.status_code, answer.status_code in {200, 302}
        except httpx.TransportError:
            status, done = 0, False
        steps.append(Step(method, path, began, time.monotonic(), "ok" if done else "unknown", status))

    async def work(person: Visitor, tokens: list[OperationToken]) -> None:
        # As a proxy asks: a line of its own for each request.
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{site.port}", cookies=person.client.cookies, headers={"Connection": "close"}, timeout=20
        ) as browser:
            for token in tokens:
                await ask(browser, "POST", f"/operations/{token.uuid}/", {"csrfmiddlewaretoken": CSRF, "fingerprint": token.fingerprint})
                for page in PAGES:
                    await ask(browser, "GET", page)
                await asyncio.sleep(pause)

    await asyncio.gather(*(work(person, tokens) for person, tokens in crowd))
    return steps
