"""A lost phone: the first clerk sees passport and card and writes the new number down, the second confirms, a day passes."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.access import PortalRequest, clerk
from accounts.models import PhoneChange, User
from accounts.models.phone_changes import AlreadyAsked
from muqeem.fields import PersonNumberField, PhoneField

LATEST = 20


class LostPhoneForm(forms.Form):
    """Whose phone is lost, and the number from now on."""

    number = PersonNumberField()
    phone = PhoneField(label=gettext_lazy("New mobile number"))
    seen = forms.BooleanField(
        label=gettext_lazy("I have seen the passport and the card, or the national ID, of the person in front of me"),
        error_messages={"required": gettext_lazy("Passport and card must be seen first.")},
    )


@clerk
def phones(request: PortalRequest) -> HttpResponse:
    """The form, what waits for a second clerk of this office, and what holds soon."""
    form = LostPhoneForm(request.POST or None)
    if form.is_valid():
        user = _user_of(form.cleaned_data["number"])
        if user is None:
            form.add_error("number", _("Nobody with this number has a user here."))
        elif user == request.user:
            form.add_error("number", _("Your own number is changed by two other clerks."))
        else:
            try:
                PhoneChange.ask(user, form.cleaned_data["phone"], by=request.user)
            except AlreadyAsked:
                form.add_error("number", _("A change for this person waits already."))
            else:
                messages.success(request, _("Recorded. A second clerk of the office must confirm it today."))
                return redirect("desk-phones")
    of_office = PhoneChange.objects.filter(office=request.user.office).select_related("user", "asked_by", "confirmed_by")
    context = {
        "form": form,
        "to_confirm": of_office.to_confirm().order_by("pk")[:LATEST],
        "coming": of_office.coming().order_by("-pk")[:LATEST],
    }
    return render(request, "residency/desk/phones.html", context, status=422 if form.errors else 200)


def _user_of(number: str) -> User | None:
    """The user whose ID number it is, or who keeps the account of this number."""
    by_number = User.objects.filter(id_number=number).first()
    own = User.objects.filter(memberships__account__number=number, memberships__is_main=True, memberships__removed_at=None)
    return by_number or own.filter(id_number=None).first()


@clerk
@require_POST
def decide_phone(request: PortalRequest, uuid: UUID) -> HttpResponse:
    """The second clerk confirms; any clerk of the office withdraws."""
    change = get_object_or_404(PhoneChange.objects.filter(office=request.user.office), uuid=uuid)
    if "confirm" in request.POST:
        done = change.confirm(by=request.user)
        words = _("Confirmed. The new number takes effect in 24 hours; both numbers are told.")
    else:
        done = change.withdraw(by=request.user)
        words = _("Withdrawn. The number on record stays.")
    if done:
        messages.success(request, words)
    else:
        messages.warning(request, _("Nothing was changed: it was decided meanwhile, or needs another clerk."))
    return redirect("desk-phones")
