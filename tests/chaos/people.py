"""People who sign in and renew over HTTP while things break: each with a phone of their own, which the provider fills.

Coroutines in one thread, so that processes can be started again beside them. Whoever gets no answer posts the same
form again, as the page of the pause tells them to.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Collection
from dataclasses import dataclass

import httpx
from django.utils.html import strip_tags

from accounts.models import Account
from tests.chaos.history import History, Step
from tests.chaos.length import LONG
from tests.factories import PASSWORD, MembershipFactory, ResidentFactory, SubscriptionFactory, UserFactory, WalletFactory

# One of so many gives a wrong password, a wrong code, or presses twice: the mix that login.gov measured in production.
WRONG_PASSWORD, WRONG_CODE, TWICE = 54, 54, 200
NEVER_AGAIN = 0.3  # seconds before the same is asked again


class GaveUp(Exception):
    """The answer with the address of the journey was lost, and the next code is a minute away."""


@dataclass(frozen=True)
class Errand:
    """Somebody who is going to renew these people's residencies, one after the other."""

    username: str
    phone: str
    iqama_numbers: list[str]


_numbers = itertools.count(1)  # of errands and of renewals, to tell who errs


def account() -> Account:
    """An account with money and a package without limit."""
    resident = ResidentFactory(domestic=True)
    SubscriptionFactory(account=resident.sponsor, unlimited=True)
    WalletFactory(account=resident.sponsor, holding="10000000.00")
    return resident.sponsor


def errand(of: Account, renewals: int) -> Errand:
    """Somebody of the account who has not signed in yet, with so many residencies to renew."""
    user = UserFactory()
    MembershipFactory(user=user, account=of, privileges=["iqama-renewal"])
    residents = ResidentFactory.create_batch(renewals, domestic=True, sponsor=of)
    return Errand(user.username, user.phone().number, [resident.iqama_number for resident in residents])


class Visit:
    """One errand in one browser."""

    def __init__(self, errand: Errand, site: str, provider: str, history: History) -> None:
        self.errand = errand
        self.provider = provider
        self.history = history
        self.number = 0  # of what is being done
        self.sent_again = False  # because the answer to the first sending was lost
        self.read = 0  # texts on the phone that were read already
        self.browser = httpx.AsyncClient(base_url=site, timeout=15, limits=httpx.Limits(max_keepalive_connections=0))

    async def done(self) -> None:
        """From the door to the last receipt."""
        async with self.browser:
            self.number = next(_numbers)
            await self.sign_in()
            for iqama_number in self.errand.iqama_numbers:
                self.number = next(_numbers)
                await self.renew(iqama_number)

    async def renew(self, iqama_number: str) -> None:
        self.sent_again = False
        journey = await self.start()
        await self.enter_code(journey)
        await self.insist("data", journey, {"iqama_number": iqama_number, "months": "12"}, {302})
        await self.confirm(journey)

    def one_of(self, many: int) -> bool:
        """Whether this is one of those who err: the first of them comes early."""
        return self.number % many == many // 9

    # --- the steps ---

    async def sign_in(self) -> None:
        await self.insist("door", "/sign-in/", None, {200})
        if self.one_of(WRONG_PASSWORD):
            await self.insist("password", "/sign-in/", {"username": self.errand.username, "password": "wrong"}, {422})
        while True:
            form = {"username": self.errand.username, "password": PASSWORD}
            answer = await self.insist("password", "/sign-in/", form, {302, 422})
            if answer.status_code == 422:  # a code was sent already, and the answer lost
                await self.wait_a_minute()
                continue
            answer = await self.enter("sign-in code", "/sign-in/code/", await self.code())
            if "/sign-in/" not in answer.headers["Location"]:  # else signed in already, and the new session was lost
                return

    async def start(self) -> str:
        while True:
            answer = await self.insist("start", "/services/iqama-renewal/", {}, {302, 429})
            if answer.status_code == 302:
                return answer.headers["Location"]
            await self.wait_a_minute()

    async def enter_code(self, journey: str) -> None:
        code = await self.code()
        if self.one_of(WRONG_CODE):
            await self.insist("code", journey, {"code": f"{(int(code) + 1) % 1_000_000:06}"}, {422})
        await self.enter("code", journey, code)

    async def enter(self, what: str, path: str, code: str) -> httpx.Response:
        """Enter a code. Who was sent two may read the older text first; then the newer one comes, too."""
        while True:
            answer = await self.insist(what, path, {"code": code}, {302, 422} if self.sent_again else {302})
            if answer.status_code == 302:
                return answer
            code = await self.code()

    async def confirm(self, journey: str) -> None:
        page = await self.insist("review", journey, None, {200})
        fingerprint = re.search(r'name="fingerprint" value="(\w+)"', page.text)
        assert fingerprint, page.text
        form = {"fingerprint": fingerprint[1]}
        times = 2 if self.one_of(TWICE) else 1
        # And once more afterwards: the same receipt, whatever happened between.
        answers = await asyncio.gather(*(self.insist("confirm", journey, form, {302}) for _ in range(times)))
        answers.append(await self.insist("confirm", journey, form, {302}))
        for answer in answers:
            self.history.shown(journey.split("/")[2], answer.headers["Location"].split("/")[2])

    # --- asking ---

    async def insist(self, what: str, path: str, form: dict[str, str] | None, certain: Collection[int]) -> httpx.Response:
        """Ask until there is an answer that says something."""
        while True:
            answer = await self.ask(what, path, form)
            if answer is not None and not (answer.status_code == 503 and "Retry-After" in answer.headers):
                if answer.status_code not in certain:
                    said = [strip_tags(line).strip() for line in re.findall(r'class="err">.*?</p>', answer.text, re.DOTALL)]
                    self.history.unexpected.append(f"{what}: {answer.status_code} {answer.headers.get('Location', '')} {said}")
                    raise GaveUp
                return answer
            await asyncio.sleep(NEVER_AGAIN)

    async def ask(self, what: str, path: str, form: dict[str, str] | None) -> httpx.Response | None:
        began = time.monotonic()
        try:
            if form is None:
                answer = await self.browser.get(path)
            else:
                answer = await self.browser.post(path, data={"csrfmiddlewaretoken": self.browser.cookies["csrf"], **form})
        except httpx.TransportError:
            answer = None
        status = answer.status_code if answer is not None else 0
        outcome = "unknown" if status in {0, 503} else "ok" if status < 400 else "refused"
        self.history.steps.append(Step(what, self.errand.username, began, time.monotonic(), outcome, status))
        return answer

    async def code(self) -> str:
        """The code in the next text on the phone."""
        async with httpx.AsyncClient(base_url=self.provider, timeout=15) as phone:
            while True:
                texts = (await phone.get("/", params={"number": self.errand.phone})).json()[self.read :]
                codes = [found[1] for text in texts if (found := re.search(r"#(\d{6})$", text))]
                if codes:
                    self.read += len(texts)
                    return codes[-1]
                await asyncio.sleep(0.1)

    async def wait_a_minute(self) -> None:
        """Until the next code may be sent. In a short run nobody has that long."""
        if not LONG:
            raise GaveUp
        self.sent_again = True
        await asyncio.sleep(20)
