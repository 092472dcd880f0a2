"""A code to a phone as one step of somebody who is not signed in: begun, sent again, tried. The session knows which code."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.forms.sign_in import PhoneCodeForm
from accounts.models import PhoneCode
from accounts.models.limits import CodeRefused
from accounts.replies import code_error, send_error

KEY = "phone-code"


class PhoneStep:
    """The code for one purpose in this browser, if one was sent."""

    def __init__(self, request: HttpRequest, purpose: str) -> None:
        self.request = request
        self.purpose = purpose
        uuid = request.session.get(KEY)
        self.code = PhoneCode.objects.filter(uuid=uuid, purpose=purpose).first() if uuid else None

    @property
    def is_done(self) -> bool:
        return self.code is not None and self.code.is_verified

    @property
    def is_waiting(self) -> bool:
        return self.code is not None and self.code.verified_at is None and not self.code.is_closed

    def use(self) -> bool:
        """Use the code up for what it opened. True for one caller only. Requires a transaction."""
        return self.code is not None and self.code.use()

    def begin(self, number: str, *, on: str = "", **values: Any) -> HttpResponse:
        """Send the first code and go on to its page, this one or the route of another; or say why none was sent."""
        try:
            code = PhoneCode.begin(self.purpose, number, **values)
        except CodeRefused as error:
            messages.warning(self.request, send_error(error))
        else:
            self.request.session[KEY] = str(code.uuid)
            if on:
                return redirect(on)
        return redirect(self.request.get_full_path())

    def page(self, template: str, *, then: Callable[[PhoneCode], HttpResponse] | None = None, **context: Any) -> HttpResponse:
        """The page that asks for the code. A right one does what it was for, or leads here again, where the step is done."""
        assert self.code is not None
        request = self.request
        if request.method == "POST" and "again" in request.POST:
            return self._send_again()
        form = PhoneCodeForm(request.POST if "code" in request.POST else None)
        if form.is_valid():
            try:
                self.code.try_code(form.cleaned_data["code"])
            except CodeRefused as error:
                if not self.is_waiting:
                    messages.warning(request, code_error(error))
                    return redirect(request.get_full_path())
                form.add_error("code", code_error(error))
            else:
                request.session.cycle_key()
                return then(self.code) if then else redirect(request.get_full_path())
        return render(request, template, {"form": form, "token": self.code, **context}, status=422 if form.errors else 200)

    def _send_again(self) -> HttpResponse:
        assert self.code is not None
        try:
            self.code.send()
        except CodeRefused as error:
            messages.warning(self.request, send_error(error))
        return redirect(self.request.get_full_path())
