"""One journey, one address. The token's row says the step; what is posted says what is wanted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import MemberRequest, member
from accounts.forms.sign_in import CodeForm
from accounts.models import OperationToken, Wallet
from accounts.models.limits import CodeRefused
from accounts.models.tokens import Step, TokenClosed
from accounts.replies import code_error, send_error
from muqeem import facts
from muqeem.operations.base import registry
from muqeem.operations.judge import Judgement, NoLeave, form_of, judge, verify
from muqeem.operations.models import Preparation
from muqeem.operations.perform import NO_LEAVE, OUT_OF_PACKAGE, SERVICE_GONE, Lapsed, Outdated, Refused, TokenSpent, perform, prepare
from muqeem.operations.preparing import is_for_another


@member
def journey(request: MemberRequest, uuid: str) -> HttpResponse:
    """Show the step, or take what was posted and lead on. Nothing here happens twice, whatever is posted twice."""
    token = get_object_or_404(OperationToken, uuid=uuid, user=request.user, account=request.account)
    if token.slug not in registry or not request.membership.may(token.slug):
        raise Http404
    token.user, token.account = request.user, request.account
    try:
        return _post(request, token) if request.method == "POST" else _show(request, token)
    except NoLeave:
        raise Http404 from None


def _post(request: MemberRequest, token: OperationToken) -> HttpResponse:
    if "discard" in request.POST:
        token.close()
        return _back(token)
    if "fingerprint" in request.POST:
        return _confirm(request, token)
    match token.step():
        case Step.CODE if "again" in request.POST:
            return _send_again(request, token)
        case Step.CODE:
            return _try_code(request, token)
        case Step.DETAILS | Step.REVIEW if "extend" in request.POST:
            token.extend()
            return _back(token)
        case Step.DETAILS | Step.REVIEW if "code" not in request.POST:
            return _verify(request, token)
        case _:
            return _back(token)


def _show(request: MemberRequest, token: OperationToken) -> HttpResponse:
    match token.step():
        case Step.CODE:
            return _page(request, token, "code", form=CodeForm(), phone_last2=request.user.phone_last2)
        case Step.DETAILS if token.confirms_id:
            return _details(request, token, judge(token, {}))
        case Step.REVIEW if "edit" not in request.GET or token.confirms_id:
            return _review(request, token)
        case Step.DETAILS | Step.REVIEW:
            return _page(request, token, "details", form=form_of(token, None))
        case Step.DONE:
            return redirect("receipt", token.receipts.earliest("pk").uuid)
        case Step.CLOSED if preparation := Preparation.objects.filter(token=token).first():
            return redirect("prepared", preparation.uuid)
        case Step.LAPSED:
            tone, sentence = "warn", _("This operation has lapsed; nothing was done. Start a new one.")
        case _ if token.was_discarded:
            tone, sentence = "info", _("This operation was discarded. Nothing was done or charged. You can start a new one.")
        case _:
            tone, sentence = "warn", _("Too many tries: this operation is closed. You can start a new one.")
    return _page(request, token, "closed", status=410, tone=tone, sentence=sentence)


# --- the code ---


def _try_code(request: MemberRequest, token: OperationToken) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            token.try_code(form.cleaned_data["code"])
        except CodeRefused as error:
            form.add_error("code", code_error(error))
        else:
            return _verify(request, token) if token.confirms_id else _back(token)
    if token.step() != Step.CODE:
        return _back(token)
    return _page(request, token, "code", status=422, form=form, phone_last2=request.user.phone_last2)


def _send_again(request: MemberRequest, token: OperationToken) -> HttpResponse:
    try:
        token.send_code()
    except CodeRefused as error:
        token.refresh_from_db()
        if token.step() == Step.CODE:  # else it was discarded or opened meanwhile
            messages.warning(request, send_error(error))
            return _page(request, token, "code", status=429, form=CodeForm(), phone_last2=request.user.phone_last2)
    return _back(token)


# --- the data ---


def _verify(request: MemberRequest, token: OperationToken) -> HttpResponse:
    try:
        judgement = verify(token, request.POST)
    except TokenClosed:
        return _back(token)
    return _details(request, token, judgement, status=422) if judgement.facts is None else _back(token)


def _details(request: MemberRequest, token: OperationToken, judgement: Judgement, *, status: int = 200) -> HttpResponse:
    """The answers and what stands against them. Whoever confirms what another prepared changes none of them."""
    step = "prepared_details" if token.confirms_id else "details"
    findings = judgement.findings if judgement.facts is None else ()
    return _page(request, token, step, status=status, form=judgement.form, findings=findings)


def _review(request: MemberRequest, token: OperationToken, *, status: int = 200, **context: Any) -> HttpResponse:
    assert token.shown is not None
    total = Decimal(token.shown["total"])
    if token.confirms:
        assert token.confirms.shown is not None
        context = {"preparation": token.confirms.preparation, "changes": _changes(token.confirms.shown, token.shown)} | context
    return _page(
        request,
        token,
        "review",
        status=status,
        facts=token.shown["facts"],
        fee=token.shown["fee"],
        total=total,
        wallet_after=Wallet.of_or_empty(request.account).balance - total,
        fingerprint=token.fingerprint,
        for_another=is_for_another(token),
        **context,
    )


# --- the deed ---


def _confirm(request: MemberRequest, token: OperationToken) -> HttpResponse:
    try:
        if is_for_another(token):
            return redirect("prepared", prepare(token, _fingerprint(request)).uuid)
        receipt = perform(token, _fingerprint(request))
    except TokenSpent as spent:
        return redirect(f"{_receipt_address(spent.receipt.uuid)}?again=1")
    except Lapsed:
        return _back(token)
    except Outdated:
        return _review(request, token, status=409, refusal=_("This page is older than your last review. The latest data is shown."))
    except Refused as refusal:
        return _refused(request, token, refusal)
    return redirect("receipt", receipt.uuid)


def _fingerprint(request: MemberRequest) -> str:
    """What was posted, or nothing where it cannot be a fingerprint at all."""
    posted = request.POST.get("fingerprint", "")
    return posted if posted.isascii() and posted.isalnum() else ""


def _refused(request: MemberRequest, token: OperationToken, refusal: Refused) -> HttpResponse:
    """Nothing was done. Where facts, answers or price changed, the new ones are shown to be confirmed or corrected."""
    if refusal.judgement is None or refusal.judgement.obstacles:
        over = refusal.reason.key in {NO_LEAVE, SERVICE_GONE}  # the journey itself cannot be seen any more
        context = {"refusal": refusal.reason, "mend": refusal.mend, "over": over, "out_of_package": OUT_OF_PACKAGE}
        return _page(request, token, "refused", status=409, **context)
    before = token.shown
    assert before is not None
    assert token.data is not None
    try:
        judgement = verify(token, token.data)
    except TokenClosed:
        return _back(token)
    if judgement.facts is None:
        return _details(request, token, judgement, status=409)
    return _review(request, token, status=409, refusal=refusal.reason, changes=_changes(before, judgement.shown()))


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Any]:
    """What is called what differs; a total that differs is said in a sentence of its own."""
    keys = [*after["facts"], *(key for key in before["facts"] if key not in after["facts"])]
    changed: list[Any] = [facts.label(key) for key in keys if before["facts"].get(key) != after["facts"].get(key)]
    if before["fee"] != after["fee"] and before["total"] == after["total"]:
        changed.append(_("Fees"))
    return changed


def _receipt_address(uuid: Any) -> str:
    return redirect("receipt", uuid).url


def _back(token: OperationToken) -> HttpResponseRedirect:
    return redirect("operation", token.uuid)


def _page(request: MemberRequest, token: OperationToken, step: str, *, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"token": token, "operation": registry[token.slug]}
    return render(request, [f"operations/{token.slug}/{step}.html", f"operations/{step}.html"], context, status=status)
