"""The one transaction: token, effect, quota, money, receipt, pages, messages and journal, together or not at all.

Locks are taken in one order everywhere: token → preparation or account's settings → resident → subscription and wallet → whom
today's messages go to → journal head.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.endings import warn_if_few_are_left
from accounts.models import OperationToken, Subscription, Wallet
from accounts.models.money import WalletTooLow
from accounts.models.packages import QuotaExhausted, SubscriptionOver
from accounts.models.tokens import Step
from muqeem import catalogue, clock
from muqeem.facts import stored
from muqeem.operations import notices, preparing
from muqeem.operations.base import Operation
from muqeem.operations.judge import Gone, Judgement, NoLeave, fingerprint_of, judge
from muqeem.operations.models import Preparation, Receipt
from muqeem.operations.page import document_of, told
from muqeem.operations.tasks import print_copy
from muqeem.record.models import Event
from muqeem.record.outbox import post
from muqeem.sentences import Sentence, say, sentence

Done = TypeVar("Done")

NO_LEAVE = sentence("no-leave", _("Not among your privileges"))
ASK_MAIN_USER = sentence("ask-main-user", _("Ask the main user."))
SERVICE_GONE = sentence("service-gone", _("This service is no longer offered."))
FACTS_CHANGED = sentence(
    "facts-changed", _("The facts changed after your review. Nothing was done or charged. See the new data below and confirm again.")
)
FEE_CHANGED = sentence("fee-changed", _("The fee changed from %(old_sar)s to %(new_sar)s. Nothing was charged. Confirm again."))
WALLET_LOW = sentence(
    "wallet-low",
    _("The wallet holds %(balance)s; %(fee)s is needed. Nothing was done or charged. Add %(gap)s, then confirm until %(time)s."),
)
QUOTA_USED = sentence("quota-used", _("Your package has no operations left. Nothing was done or charged. Renew or upgrade."))
SUBSCRIPTION_ENDED = sentence(
    "subscription-ended", _("The subscription ended on %(ended_on)s. Services are shown and work again once it is renewed.")
)
NO_SUBSCRIPTION = sentence("no-subscription", _("The account has no subscription. Services are shown and work once it has one."))
SECOND_NEEDED = sentence("second-needed", _("The account wants two people for this service: one prepares, another confirms."))
SEND_TO_ANOTHER = sentence("send-to-another", _("Go back to the review and send it to another person."))
PREPARATION_OVER = sentence(
    "preparation-over", _("It was confirmed, refused or withdrawn meanwhile, or has waited too long. Nothing was done or charged now.")
)
OUT_OF_PACKAGE = {QUOTA_USED, SUBSCRIPTION_ENDED, NO_SUBSCRIPTION}


class Refused(Exception):
    """Nothing was done. `reason` says why; the token can still be used unless it lapsed."""

    def __init__(self, reason: Sentence, mend: Sentence | None = None, *, judgement: Judgement | None = None) -> None:
        super().__init__(reason.key)
        self.reason = reason
        self.mend = mend
        self.judgement = judgement


class TokenSpent(Exception):
    """It was done before. `receipt` is what came of it."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.number)
        self.receipt = receipt


class Lapsed(Exception):
    """The token can no longer be used; nothing was done with it."""


class Outdated(Exception):
    """The page that was confirmed is older than the last review."""


def perform(token: OperationToken, fingerprint: str) -> Receipt:
    """Do what was shown, once. Opens a transaction of its own.

    Raises TokenSpent with the receipt when it was done before, Lapsed, Outdated, or Refused: then everything is
    rolled back, the refusal is recorded in a transaction of its own and the token is as it was.
    """
    return _whole(_perform, token, fingerprint)


def prepare(token: OperationToken, fingerprint: str) -> Preparation:
    """Leave what was shown to another person, who confirms it; nothing is done yet. Opens a transaction and raises as `perform` does."""
    return _whole(_prepare, token, fingerprint)


def _whole(deed: Callable[[OperationToken, str], Done], token: OperationToken, fingerprint: str) -> Done:
    with clock.hold():
        try:
            with transaction.atomic(durable=True):
                return deed(token, fingerprint)
        except Refused as refusal:
            token.refresh_from_db()
            record_refusal(token, refusal)
            raise


def _prepare(token: OperationToken, fingerprint: str) -> Preparation:
    if not token.hand_over(fingerprint):
        raise _why_not(token, fingerprint)
    operation = _judged_again(token).operation
    assert operation is not None
    return preparing.keep(token, operation)


def _perform(token: OperationToken, fingerprint: str) -> Receipt:
    if not token.spend(fingerprint):
        raise _why_not(token, fingerprint)
    _ask_for_the_other(token)
    judgement = _judged_again(token)
    operation, fee = judgement.operation, judgement.fee
    assert operation is not None
    assert fee is not None
    assert token.account is not None
    number = Receipt._meta.get_field("number").get_default()
    spent = _spend(token, operation)
    _pay(token, fee.total, number)
    facts = {**judgement.shown()["facts"], **stored(operation.apply())}
    receipt = Receipt.objects.create(
        number=number,
        slug=operation.slug,
        token=token,
        resident=operation.resident,
        account=token.account,
        user=token.user,
        at=clock.now(),
        titles=stored(operation.done_title),
        facts=facts,
        fee=fee.stored(),
        total=fee.total,
        spent=spent,
    )
    people = {person: facts | stored(operation.facts_of(person)) for person in operation.people}
    pages = [document_of(operation, receipt, person, of_person) for person, of_person in people.items() if operation.page]
    copies = [print_copy(page, token.user, first=True) for page in pages]
    copies += [print_copy(page, token.user, receipt=receipt) for page in operation.reprints()]
    told_numbers = _tell(token, operation, receipt, people)
    notices.tell_of(receipt, token, told_numbers)
    preparer = token.confirms.user if token.confirms else None
    if spent:
        warn_if_few_are_left(token.account, operation.terms)
    Event.objects.seal(
        "operation",
        actor=token.user.username,
        account=token.account.number,
        subject=str(receipt.uuid),
        slug=receipt.slug,
        receipt=receipt.number,
        digest=receipt.digest(),
        total=f"{receipt.total:.2f}",
        name=facts.get("name"),
        prepared_by=preparer.username if preparer else None,
        pages=len(copies),
        texts=len(told_numbers),
    )
    return receipt


def _why_not(token: OperationToken, fingerprint: str) -> Exception:
    """Why the token could not be spent, read after the fact."""
    token.refresh_from_db()
    match token.step():
        case Step.DONE:
            return TokenSpent(token.receipts.earliest("pk"))
        case Step.REVIEW if token.fingerprint != fingerprint:
            return Outdated()
        case _:
            return Lapsed()


def _ask_for_the_other(token: OperationToken) -> None:
    """What another prepared is confirmed with it, once; what takes two people is not done by one."""
    assert token.account is not None
    if token.confirms:
        if not token.confirms.preparation.confirm(token.user):
            raise Refused(say(PREPARATION_OVER))
    elif token.slug in catalogue.four_eyes and token.account.asks_for_two():
        raise Refused(say(SECOND_NEEDED), say(SEND_TO_ANOTHER))


def _judged_again(token: OperationToken) -> Judgement:
    """The same judgement as at *Verify data*, on locked rows; it must come to exactly what was shown."""
    token.refresh_from_db()
    assert token.data is not None
    assert token.shown is not None
    try:
        judgement = judge(token, token.data, lock=True)
    except NoLeave:
        raise Refused(say(NO_LEAVE), say(ASK_MAIN_USER)) from None
    except Gone:
        raise Refused(say(SERVICE_GONE)) from None
    if judgement.obstacles:
        first = judgement.obstacles[0]
        raise Refused(first.fact, first.mend, judgement=judgement)
    if judgement.facts is None:  # an answer that was good is not any more
        raise Refused(say(FACTS_CHANGED), judgement=judgement)
    shown = judgement.shown()
    if fingerprint_of(token, token.data, shown) != token.fingerprint:
        if shown["total"] != token.shown["total"]:
            raise Refused(say(FEE_CHANGED, old_sar=token.shown["total"], new_sar=shown["total"]), judgement=judgement)
        raise Refused(say(FACTS_CHANGED), judgement=judgement)
    return judgement


def _spend(token: OperationToken, operation: Operation) -> int:
    assert token.account is not None
    operations = operation.terms.get(f"{operation.slug}.spends", operation.spends) * len(operation.people)
    try:
        Subscription.spend(token.account, operation.terms.on, operations)
    except QuotaExhausted:
        raise Refused(say(QUOTA_USED)) from None
    except SubscriptionOver as over:
        raise Refused(_over(over.ended_on)) from None
    return operations


def _over(ended_on: date | None) -> Sentence:
    return say(SUBSCRIPTION_ENDED, ended_on=ended_on) if ended_on else say(NO_SUBSCRIPTION)


def _pay(token: OperationToken, total: Any, reference: str) -> None:
    if not total:
        return
    assert token.account is not None
    assert token.expires_at is not None
    try:
        Wallet.of(token.account).pay(total, reference=reference, actor=token.user.username)
    except WalletTooLow as low:
        until = token.expires_at.astimezone(clock.RIYADH)
        values = {"balance": low.balance, "fee": low.needed, "gap": low.needed - low.balance, "time": f"{until:%H:%M}"}
        raise Refused(say(WALLET_LOW, **values)) from None


def _tell(token: OperationToken, operation: Operation, receipt: Receipt, people: Mapping[Any, Mapping[str, Any]]) -> set[str]:
    """Tell everybody it is about, and the account's main users if somebody else acted, by text; to which numbers.

    A number is told once, of whoever comes first.
    """
    assert token.account is not None
    values = {"slug": receipt.slug, "last4": operation.resident.last4, "sum": f"{receipt.total:,.2f}", "receipt": receipt.number}
    texts: dict[str, tuple[str, str, dict[str, Any]]] = {}
    for person, facts in people.items():
        if person.phone:
            of_person = values | {"last4": person.last4} | told(operation, facts)
            texts.setdefault(person.phone, (person.language, operation.text, of_person))
    for member in token.account.main_users():
        if member.user_id != token.user_id and (phone := member.user.phone()):
            texts.setdefault(phone.number, (member.user.language, "operation-done", values))
    for number, (language, template, arguments) in texts.items():
        post(template=template, language=language, receiver=number, account=token.account.number, arguments=arguments)
    return set(texts)


def record_refusal(token: OperationToken, refusal: Refused) -> None:
    """Keep the refusal in the journal: who, for whom, why. Opens a transaction of its own."""
    with transaction.atomic():
        Event.objects.seal(
            "refusal",
            actor=token.user.username,
            account=token.account.number if token.account else "",
            subject=str(token.uuid),
            slug=token.slug,
            reason=refusal.reason.stored(),
            mend=refusal.mend and refusal.mend.stored(),
            name=(token.shown or {}).get("facts", {}).get("name"),
        )
