"""A person who renews a residency over HTTP, step by step, as a browser would."""

from typing import Any

from django.test import Client

from accounts.models import OperationToken, User
from muqeem import clock, codes
from muqeem.operations.models import Receipt
from residency.models import Resident
from tests.factories import MembershipFactory, ResidentFactory, SubscriptionFactory, UserFactory, WalletFactory


class Person:
    """Somebody who acts for an account: signed in, with money, a subscription and one resident in good order."""

    def __init__(self, *, holding: str = "100000.00", operations: int | None = 100, resident: Resident | None = None, **user: Any) -> None:
        self.resident = resident or ResidentFactory(domestic=True)
        self.account = self.resident.sponsor
        self.user: User = UserFactory(**user)
        self.membership = MembershipFactory(user=self.user, account=self.account, main=True)
        self.subscription = SubscriptionFactory(account=self.account, operations_left=operations)
        self.wallet = WalletFactory(account=self.account, holding=holding)
        self.client = Client()
        self.sign_in()

    def sign_in(self) -> None:
        """A session as the second step leaves it."""
        self.client.force_login(self.user)
        session = self.client.session
        session["began"] = session["seen"] = clock.now().timestamp()
        session.save()

    # --- the steps ---

    def start(self, slug: str = "iqama-renewal") -> OperationToken:
        answer = self.client.post(f"/services/{slug}/")
        assert answer.status_code == 302, answer.content.decode()
        return self.user.tokens.latest("pk")

    def code(self, token: OperationToken) -> str:
        token.refresh_from_db()
        return codes.derive(str(token.uuid), token.sends)

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

    def reviewed(self, months: int = 12) -> OperationToken:
        """A token whose data was found correct."""
        token = self.opened()
        answer = self.post(token, iqama_number=self.resident.iqama_number, months=months)
        assert answer.status_code == 302, answer.content.decode()
        token.refresh_from_db()
        return token

    def confirm(self, token: OperationToken) -> Any:
        return self.post(token, fingerprint=token.fingerprint)

    def renewed(self, months: int = 12) -> Receipt:
        """A finished renewal."""
        token = self.reviewed(months)
        assert self.confirm(token).status_code == 302
        return token.receipts.get()
