"""A person who renews a residency over HTTP, step by step, as a browser would."""

import html
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.test import Client

from accounts.models import Account, OperationToken, User
from accounts.models.tokens import Method
from muqeem import clock, codes
from muqeem.operations.judge import verify
from muqeem.operations.models import Receipt
from muqeem.operations.perform import perform
from residency.models import Movement, Resident, Visa
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    MovementFactory,
    OperationTokenFactory,
    ResidentFactory,
    SubscriptionFactory,
    UserFactory,
    VisaFactory,
    WalletFactory,
    in_days,
)

RENEWAL = "iqama-renewal"


def day_typed(field: str, day: date) -> dict[str, str]:
    """A Gregorian day in the inputs of its field."""
    parts = {"day": day.day, "month": day.month, "year": day.year, "calendar": "gregorian"}
    return {f"{field}_{name}": str(part) for name, part in parts.items()}


ANSWERS: dict[str, dict[str, Any]] = {  # what else each service is answered where nothing is said
    "exit-reentry-issue": {"kind": "single", "mode": "days", "days": "10"},
    "exit-reentry-extend": {"mode": "days", "days": "7"},
    "missing-iqama": {"place": "Jeddah"},
    "iqama-replacement": {"reason": "damaged"},
    "name-correction": {"first_en": "MUHAMMAD", "family_en": "KHAN"},
    "new-passport": {"number": "ZX1234567", "place": "Dhaka"},
}
DAYS = {  # and which days, counted from today
    "passport-extension": {"expires_on": 4000},
    "new-passport": {"issued_on": -10, "expires_on": 3600},
    "missing-iqama": {"missing_on": -1},
}


def _abroad(person: "Person") -> Visa:
    """A visa with which the resident left and which ends in ten days."""
    visa: Visa = VisaFactory(resident=person.resident, issued_on=in_days(-20), ends_on=in_days(10))
    MovementFactory(resident=person.resident, direction=Movement.Direction.OUT, crossed_on=in_days(-15), visa=visa)
    return visa


def _issued(person: "Person") -> Visa:
    """A visa that was issued here, with its page."""
    perform(token := person.ready(slug="exit-reentry-issue"), token.fingerprint)
    return person.resident.visas.get()


# The visa that each service about a visa finds.
VISAS: dict[str, Callable[["Person"], Visa]] = {
    "exit-reentry-extend": _abroad,
    "exit-reentry-cancel": lambda person: VisaFactory(resident=person.resident, ends_on=in_days(20)),
    "final-exit-cancel": lambda person: VisaFactory(resident=person.resident, ends_on=in_days(20), final=True),
    "visa-reprint": _issued,
    "visa-fine": lambda person: VisaFactory(resident=person.resident, issued_on=in_days(-60), ends_on=in_days(-1)),
}


def said(answer: Any) -> str:
    """What a page says, without its marks."""
    body = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", body)).split())


class Person:
    """Somebody who acts for an account: signed in, with money, a subscription and one resident in good order.

    `privileges` makes a delegated user instead of the main one, `by_app` one with an authenticator app.
    """

    def __init__(
        self,
        *,
        holding: str = "100000.00",
        operations: int | None = 100,
        resident: Resident | None = None,
        account: Account | None = None,
        privileges: Sequence[str] | None = None,
        by_app: bool = False,
        **user: Any,
    ) -> None:
        self.resident = resident or ResidentFactory(domestic=True)
        self.account = account or self.resident.sponsor
        self.user: User = UserFactory(with_app=by_app, **user)
        self.membership = MembershipFactory(
            user=self.user, account=self.account, is_main=privileges is None, privileges=list(privileges or ())
        )
        self.subscription = SubscriptionFactory(account=self.account, operations_left=operations)
        self.wallet = WalletFactory(account=self.account, holding=holding)
        self.client = Client()
        self.sign_in()

    def sign_in(self) -> None:
        """A session as the second step leaves it."""
        self.client.force_login(self.user)
        session = self.client.session
        session["began"] = session["seen"] = clock.now().timestamp()
        if app := self.user.authenticators().first():
            session["otp_device_id"] = app.persistent_id
        session.save()

    # --- the steps over HTTP ---

    def start(self, slug: str = RENEWAL, **data: Any) -> OperationToken:
        answer = self.client.post(f"/services/{slug}/", data)
        assert answer.status_code == 302, said(answer)
        return self.user.tokens.latest("pk")

    def code(self, token: OperationToken) -> str:
        token.refresh_from_db()
        if token.method == Method.APP:
            return self.user.authenticators().get().code()
        return codes.derive(str(token.uuid), token.sends)

    def wrong_code(self, token: OperationToken) -> str:
        return f"{(int(self.code(token)) + 1) % 1_000_000:06}"

    def post(self, token: OperationToken, **data: Any) -> Any:
        return self.client.post(f"/operations/{token.uuid}/", data)

    def get(self, token: OperationToken, query: str = "") -> Any:
        return self.client.get(f"/operations/{token.uuid}/{query}")

    def opened(self) -> OperationToken:
        """A token whose code was entered."""
        token = self.start()
        assert self.post(token, code=self.code(token)).status_code == 302
        token.refresh_from_db()
        return token

    def give(self, token: OperationToken, months: int = 12) -> Any:
        """Post the data of the own resident."""
        return self.post(token, iqama_number=self.resident.iqama_number, months=months)

    def reviewed(self, months: int = 12) -> OperationToken:
        """A token whose data was found correct."""
        token = self.opened()
        answer = self.give(token, months)
        assert answer.status_code == 302, said(answer)
        token.refresh_from_db()
        return token

    def confirm(self, token: OperationToken) -> Any:
        return self.post(token, fingerprint=token.fingerprint)

    def renewed(self, months: int = 12) -> Receipt:
        """A finished renewal."""
        token = self.reviewed(months)
        assert self.confirm(token).status_code == 302
        return token.receipts.get()

    def performed(self, slug: str, **answers: Any) -> Receipt:
        """A finished operation of any service, with the own resident."""
        token = self.start(slug)
        assert self.post(token, code=self.code(token)).status_code == 302
        answer = self.post(token, **self.answers(slug=slug, **answers))
        assert answer.status_code == 302, said(answer)
        token.refresh_from_db()
        answer = self.confirm(token)
        assert answer.status_code == 302, said(answer)
        return token.receipts.get()

    # --- without HTTP ---

    def token(self, slug: str = RENEWAL) -> OperationToken:
        """A token whose code was entered."""
        return OperationTokenFactory(verified=True, user=self.user, account=self.account, slug=slug)

    def answers(self, months: int = 12, slug: str = RENEWAL, **others: Any) -> dict[str, Any]:
        """What the own resident answers to a service."""
        own = {"months": str(months)} if slug == RENEWAL else ANSWERS.get(slug, {})
        for field, days in DAYS.get(slug, {}).items():
            own = own | day_typed(field, in_days(days))
        if slug in VISAS:
            visa = self.resident.visas.first() or VISAS[slug](self)
            own = own | ({"visa_number": visa.number} if slug != "visa-fine" else {})
        return {"iqama_number": self.resident.iqama_number} | own | others

    def ready(self, months: int = 12, slug: str = RENEWAL, **others: Any) -> OperationToken:
        """A token at its review."""
        token = self.token(slug)
        judgement = verify(token, self.answers(months, slug, **others))
        assert judgement.facts is not None, (judgement.form.errors, judgement.obstacles)
        return token


class Household(Person):
    """An employer with one worker who has a wife and a son of nine years; `of_head=True` for the account of the head."""

    def __init__(self, *, of_head: bool = False, expiring_in: int = 300, **person: Any) -> None:
        head = ResidentFactory(expiring_in=expiring_in)
        own = {"account": AccountFactory(individual=True, number=head.iqama_number)} if of_head else {"by_app": True}
        super().__init__(resident=head, **own | person)
        self.wife = ResidentFactory(dependant=True, head=head, phone="+966559999991", aged=30, expiring_in=expiring_in)
        self.son = ResidentFactory(son=True, head=head, aged=9, expiring_in=expiring_in)
        self.members = [self.wife, self.son]

    def asked(self, *members: Resident) -> dict[str, Any]:
        """The head's number and the boxes of these members, as the form posts them."""
        number = self.resident.iqama_number
        return {"iqama_number": number, "family_asked": number, "family": [str(member.uuid) for member in members]}
