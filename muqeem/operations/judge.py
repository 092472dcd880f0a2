"""One judgement of one run: form, requirements and price together. The same code judges at *Verify data* and at the end."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Membership, OperationToken, User
from muqeem import clock
from muqeem.operations.base import Operation, OperationForm, registry
from muqeem.operations.fee import Fee
from muqeem.operations.findings import Finding
from muqeem.record import chain
from muqeem.record.models import Parameter
from muqeem.record.terms import Terms


class Gone(LookupError):
    """The token's service is no longer offered."""


class NoLeave(PermissionError):
    """The user may not perform this service for this account any more."""


@dataclass(frozen=True)
class Judgement:
    """What the form said and, if the answers were good, what would be done."""

    form: OperationForm
    operation: Operation | None = None
    findings: tuple[Finding, ...] = ()
    fee: Fee | None = None
    facts: Mapping[str, Any] | None = None

    @property
    def obstacles(self) -> list[Finding]:
        """The requirements that are not met."""
        return [finding for finding in self.findings if not finding.met]

    def shown(self) -> dict[str, Any]:
        """What the review page shows and the fingerprint covers."""
        assert self.fee is not None
        assert self.facts is not None
        return {"facts": dict(self.facts), "fee": self.fee.stored(), "total": f"{self.fee.total:.2f}"}


def service_of(token: OperationToken) -> type[Operation]:
    """The service that a token is for. Raises Gone."""
    try:
        return registry[token.slug]
    except KeyError:
        raise Gone(token.slug) from None


def leave_of(token: OperationToken) -> Membership:
    """The membership that gives leave, read afresh. Raises NoLeave."""
    member = Membership.objects.live().filter(user=token.user_id, user__is_active=True, account=token.account_id).first()
    if member is None or not member.may(token.slug):
        raise NoLeave(token.slug)
    return member


def terms_of_today() -> Terms:
    """What is in force on the Riyadh day."""
    return Parameter.objects.terms(clock.today())


def form_of(token: OperationToken, data: Mapping[str, Any] | None, *, lock: bool = False, terms: Terms | None = None) -> OperationForm:
    """The service's form, narrowed to what the token's user reaches; unbound without data."""
    member = leave_of(token)
    service = service_of(token)
    assert token.account is not None
    return service.form_class(
        data,
        initial=_shown_again(service, token.data) if token.data else token.prefill,
        account=token.account,
        terms=terms or terms_of_today(),
        branches=member.branch_ids(),
        lock=lock,
    )


def judge(token: OperationToken, data: Mapping[str, Any], *, lock: bool = False) -> Judgement:
    """Judge the answers; for whoever confirms what another prepared, those.

    With `lock` on rows taken for this transaction, which it then requires.
    """
    form = form_of(token, token.confirms.data if token.confirms else data, lock=lock)
    return judgement_of(service_of(token), form, token.user)


def judgement_of(service: type[Operation], form: OperationForm, user: User) -> Judgement:
    """Judge what a form was answered, by the terms that it was made with."""
    if not form.is_valid():
        return Judgement(form)
    operation = service(account=form.account, user=user, terms=form.terms, answers=form.cleaned_data)
    findings = tuple(operation.findings())
    if not all(finding.met for finding in findings):
        return Judgement(form, operation, findings)
    return Judgement(form, operation, findings, operation.fee(), operation.facts())


def fingerprint_of(token: OperationToken, data: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    """Twelve hexadecimal signs that stand for exactly these answers, facts and fee in this journey."""
    text = chain.canonical({"token": str(token.uuid), "data": data, "shown": shown})
    return hashlib.sha256(text.encode()).hexdigest()[:12].upper()


def answers_of(form: OperationForm, data: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered to every input of the form, as JSON keeps it: `judge` takes it as it takes what was posted."""
    answers: dict[str, Any] = {}
    for name, asked in form.fields.items():
        answer = asked.widget.value_from_datadict(data, {}, name)
        if parts := getattr(asked.widget, "widgets_names", None):  # of a field with several inputs
            parts = zip(parts, answer, strict=True)
            answers |= {f"{name}{part}": "" if value is None else str(value) for part, value in parts}
        else:
            answers[name] = [str(each) for each in answer] if isinstance(answer, list) else "" if answer is None else str(answer)
    return answers


def _shown_again(service: type[Operation], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Kept answers as the initial values of the form's fields, each as it was typed."""
    fields = service.form_class.base_fields
    return {name: asked.widget.value_from_datadict(answers, {}, name) for name, asked in fields.items()}


def verify(token: OperationToken, data: Mapping[str, Any]) -> Judgement:
    """*Verify data*: judge the answers and, if nothing stands against them, keep them with what they lead to."""
    judgement = judge(token, data)
    if judgement.facts is not None:
        answers = answers_of(judgement.form, judgement.form.data)
        shown = judgement.shown()
        token.keep(answers, shown, fingerprint_of(token, answers, shown))
    return judgement
