"""What a service must declare: what it leaves out is noticed at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms

from muqeem.operations.base import Operation, OperationForm, ReachableField, register, registry
from muqeem.operations.fee import Fee, FeeLine
from muqeem.record.terms import Terms
from muqeem.sentences import say
from residency.operations import RenewIqama
from tests.factories import AccountFactory


class Bare(Operation):
    """A service that says nothing of itself."""


def bare() -> Operation:
    return Bare(account=None, user=None, terms=None, answers={"resident": None})  # type: ignore[arg-type]


def test_a_slug_is_given_once() -> None:
    with pytest.raises(ValueError, match="iqama-renewal is registered twice"):
        register(RenewIqama)
    assert registry["iqama-renewal"] is RenewIqama


@pytest.mark.parametrize("missing", ["facts", "apply"])
def test_a_service_without_its_own_deed_cannot_run(missing: str) -> None:
    with pytest.raises(NotImplementedError):
        getattr(bare(), missing)()


def test_a_form_that_knows_nothing_of_files_is_started_empty() -> None:
    form = OperationForm(account=AccountFactory.build(), terms=Terms(date(2026, 1, 1), {}), branches=[])
    assert form.prefill(person=None, about="") == {}


def test_a_service_costs_nothing_unless_it_says_what() -> None:
    assert bare().fee().total == 0
    assert bare().fee().stored() == []


@pytest.mark.django_db
def test_a_field_that_chooses_whom_must_say_what_it_reaches() -> None:
    class Careless(OperationForm):
        whom = ReachableField()

    with pytest.raises(NotImplementedError, match="ReachableField does not say what it reaches"):
        Careless(account=None, terms=Terms(date(2026, 1, 1), {}), branches=[])  # type: ignore[arg-type]


def test_a_form_finds_the_field_that_chooses_whom() -> None:
    class Anybody(ReachableField):
        def narrow(self, *_: Any, **__: Any) -> None:
            """Everybody is reached."""

    class Asking(OperationForm):
        note = forms.CharField()
        whom = Anybody()

    form = Asking(account=None, terms=None, branches=[])  # type: ignore[arg-type]
    assert form.chooser() is form.fields["whom"]


def test_a_fee_is_kept_to_the_halala_with_its_notes() -> None:
    fee = Fee([FeeLine("levy", Decimal("0.1")), FeeLine("late", Decimal(500), say("fee-in-time"))])
    assert fee.total == Decimal("500.10")
    assert fee.stored() == [
        {"code": "levy", "amount": "0.10", "note": None},
        {"code": "late", "amount": "500.00", "note": ["fee-in-time", {}]},
    ]
