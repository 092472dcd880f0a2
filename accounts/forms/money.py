"""Amounts and payments."""

from datetime import datetime, timedelta
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Payment
from accounts.models.bills import LARGEST_DEPOSIT, LEAST_DEPOSIT
from muqeem import clock
from muqeem.fields import AmountField


class DepositForm(forms.Form):
    """How much is to come into the wallet."""

    amount = AmountField(label=_("Amount in riyals"), least=LEAST_DEPOSIT, most=LARGEST_DEPOSIT)


class PaymentForm(forms.Form):
    """A payment as a notification or a line of a file tells it. Its names are those of both."""

    reference = forms.RegexField(r"\A[A-Za-z0-9._-]{1,64}\Z", strip=False)
    bill = forms.RegexField(r"\A[0-9]{1,20}\Z", strip=False)
    amount = forms.DecimalField(min_value=Decimal("0.01"), max_digits=10, decimal_places=2)
    paid_at = forms.DateTimeField()

    def clean_paid_at(self) -> datetime:
        """A moment of these years: what a clock that is wrong says must not reach the table."""
        paid_at: datetime = self.cleaned_data["paid_at"]
        if abs(clock.now() - paid_at) > timedelta(days=3650):
            raise ValidationError("far from today", code="far")
        return paid_at

    def receive(self, source: str) -> Payment:
        """Keep the payment. Raises Contradicted. Opens a transaction."""
        told = self.cleaned_data
        return Payment.receive(
            reference=told["reference"], bill_number=told["bill"], amount=told["amount"], paid_at=told["paid_at"], source=source
        )
