"""Reminders: once each, to the right people, one text of a kind and day, the nearest one after an outage, nothing that is over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Account
from muqeem import clock
from muqeem.record import texts
from muqeem.record.models import Message, Parameter
from residency.deadlines import About
from residency.models import Movement, Resident, Visa
from tests.factories import AccountFactory, MembershipFactory, MovementFactory, ResidentFactory, UserFactory, VisaFactory, in_days
from visas import reminders
from visas.models import Digest, Mention, Reminder
from visas.tasks import remind, tell

Shift = Callable[[timedelta], None]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next slice is done here and now."""
    for task in (remind, tell):
        monkeypatch.setattr(task, "apply_async", lambda kwargs=None, *, retry, task=task: task(**kwargs or {}))


def unused(left: int = 7, **more: Any) -> Visa:
    """A visa of twenty days ago whose last day to be cancelled is so many days ahead."""
    return VisaFactory(issued_on=in_days(-20), ends_on=in_days(left), **more)


def abroad(left: int = 7, **more: Any) -> Visa:
    visa = unused(left, **more)
    MovementFactory(resident=visa.resident, direction=Movement.Direction.OUT, crossed_on=in_days(-15), visa=visa)
    return visa


def sent() -> list[tuple[str, str]]:
    """What was written since the last look, to whom."""
    found = [(message.template, message.receiver) for message in Message.objects.order_by("pk")]
    Message.objects.all().delete()
    return found


def templates() -> list[str]:
    return [template for template, _receiver in sent()]


def said() -> list[str]:
    """The words of all texts that were written, in English."""
    return [texts.words(Message(template=one.template, language="en", arguments=one.arguments)) for one in Message.objects.order_by("pk")]


def days_remembered() -> list[int]:
    return list(Reminder.objects.order_by("pk").values_list("days", flat=True))


# --- what is said and when --------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "template"),
    [
        (unused, "visa-cancel"),
        (abroad, "visa-return-own"),
        (lambda left: unused(left, kind="final", return_before=None), "visa-exit"),
    ],
    ids=["unused", "abroad", "final"],
)
def test_of_each_last_day_people_are_told_three_times_once_each(make: Callable[[int], Visa], template: str, shift: Shift) -> None:
    make(9)
    told = []
    for day in range(11):
        shift(timedelta(days=day))
        remind()
        remind()
        told.append(templates())
    assert told == [[], [], [template], [], [], [], [template], [], [template], [], []]
    assert days_remembered() == [7, 3, 1]


@pytest.mark.django_db
def test_the_text_names_the_day_and_leaves_when_it_is_of_no_use_any_more() -> None:
    visa = unused(3)
    remind()
    message = Message.objects.get()
    assert message.receiver == visa.resident.phone
    assert said() == [
        f"Unused exit/re-entry visa, iqama ending {visa.resident.last4}. Cancel by {in_days(3):%Y/%m/%d} to avoid a fine: {texts.host()}"
    ]
    assert message.useless_after == datetime.combine(in_days(4), datetime.min.time(), clock.RIYADH)


def before_midnight(day: date) -> timedelta:
    """How far the clock is from a minute before that day begins in Riyadh."""
    return datetime.combine(day, datetime.min.time(), clock.RIYADH) - timedelta(minutes=1) - clock.now()


@pytest.mark.django_db
def test_a_day_begins_at_midnight_in_riyadh(shift: Shift) -> None:
    unused(8)
    far = before_midnight(in_days(1))
    shift(far)
    remind()
    assert sent() == []
    shift(far + timedelta(minutes=2))
    remind()
    assert templates() == ["visa-cancel"]


@pytest.mark.django_db
@pytest.mark.parametrize(("back_after", "days"), [(1, [7]), (3, [7]), (4, [3]), (5, [3]), (6, [1]), (7, [1]), (8, [])])
def test_after_an_outage_of_days_the_nearest_reminder_alone_is_made_up_for(shift: Shift, back_after: int, days: list[int]) -> None:
    unused(7)
    shift(timedelta(days=back_after))
    remind()
    assert days_remembered() == days
    assert len(sent()) == len(days)


@pytest.mark.django_db
def test_what_was_due_before_there_was_a_visa_is_not_made_up_for(shift: Shift) -> None:
    VisaFactory(ends_on=in_days(7))  # granted today, for seven days
    for day in range(5):
        shift(timedelta(days=day))
        remind()
    assert days_remembered() == [3]


@pytest.mark.django_db
def test_an_extension_has_reminders_of_its_own(shift: Shift) -> None:
    visa = abroad(1)
    remind()
    assert days_remembered() == [1]
    visa.refresh_from_db()
    visa.extend(in_days(8))
    remind()
    assert len(sent()) == 1
    shift(timedelta(days=1))
    remind()
    assert days_remembered() == [1, 7]


@pytest.mark.django_db
def test_whoever_leaves_after_a_reminder_is_told_of_the_return(shift: Shift) -> None:
    visa = unused(3)
    remind()
    MovementFactory(resident=visa.resident, direction=Movement.Direction.OUT, crossed_on=in_days(0), visa=visa)
    shift(timedelta(days=2))
    remind()
    assert list(Reminder.objects.order_by("pk").values_list("about", "days")) == [(About.CANCEL, 3), (About.RETURN, 1)]


# --- what is over -----------------------------------------------------------------------------------------------------
def cancelled(visa: Visa) -> None:
    visa.cancel(clock.today())


def used(visa: Visa) -> None:
    for direction, day in ((Movement.Direction.OUT, -2), (Movement.Direction.IN, 0)):
        MovementFactory(resident=visa.resident, direction=direction, crossed_on=in_days(day), visa=visa)


def died(visa: Visa) -> None:
    Resident.objects.filter(pk=visa.resident_id).update(deceased_on=clock.today())


@pytest.mark.django_db
@pytest.mark.parametrize("ends", [cancelled, used, died])
def test_of_what_is_over_nobody_is_reminded(ends: Callable[[Visa], None]) -> None:
    visa = unused(3)
    ends(visa)
    remind()
    assert sent() == []


@pytest.mark.django_db
@pytest.mark.parametrize("ends", [cancelled, used, died])
def test_what_ended_since_the_slice_was_read_is_looked_at_again(ends: Callable[[Visa], None], monkeypatch: pytest.MonkeyPatch) -> None:
    visa = unused(3)
    write = reminders.remind

    def meanwhile(*args: Any) -> bool:
        ends(visa)
        return write(*args)

    monkeypatch.setattr(reminders, "remind", meanwhile)
    remind()
    assert sent() == []
    assert not Reminder.objects.exists()


# --- to whom ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def employer(db: None) -> Account:
    account: Account = AccountFactory()
    MembershipFactory(account=account, user=UserFactory(language="ar"), main=True)
    MembershipFactory(account=account)  # delegated
    return account


def number_of(account: Account) -> str:
    [main] = account.main_users()
    return str(main.user.phonedevice_set.get().number)


def test_of_a_worker_the_main_user_of_the_employer_is_told_too(employer: Account) -> None:
    visa = abroad(3, resident=ResidentFactory(sponsor=employer, language="en"))
    remind()
    assert set(Message.objects.values_list("template", "receiver", "language")) == {
        ("visa-return-own", visa.resident.phone, "en"),
        ("visa-return", number_of(employer), "ar"),
    }
    assert Message.objects.count() == 2


def test_of_the_family_the_employer_is_not_told(employer: Account) -> None:
    head = ResidentFactory(sponsor=employer)
    wife = ResidentFactory(dependant=True, head=head, phone="+966551110000")
    child = ResidentFactory(son=True, head=head)
    for person in (wife, child):
        abroad(3, resident=person)
    remind()
    assert sorted(sent()) == [("visa-return", head.phone), ("visa-return-own", wife.phone)]


@pytest.mark.django_db
def test_whoever_employs_himself_is_told_once() -> None:
    account = AccountFactory(individual=True)
    user = UserFactory(with_phone=True)
    MembershipFactory(account=account, user=user, main=True)
    resident = ResidentFactory(iqama_number=account.number, sponsor=account, phone=user.phonedevice_set.get().number)
    abroad(3, resident=resident)
    remind()
    assert sent() == [("visa-return-own", resident.phone)]


@pytest.mark.django_db
def test_somebody_without_a_number_is_reminded_of_and_nobody_fails() -> None:
    unused(3, resident=ResidentFactory(phone=""))
    remind()
    assert sent() == []
    assert days_remembered() == [3]


# --- many at once -----------------------------------------------------------------------------------------------------
def test_an_employer_of_many_is_told_of_all_in_one_text_and_each_of_them_of_the_own_visa(employer: Account) -> None:
    workers = [unused(left, resident=ResidentFactory(sponsor=employer)).resident for left in (7, 3, 7)]
    remind()
    [digest] = Message.objects.filter(receiver=number_of(employer))
    assert (digest.template, digest.arguments["visas"], digest.arguments["by_on"]) == ("visas-cancel", 3, in_days(3).isoformat())
    assert digest.useless_after == datetime.combine(in_days(4), datetime.min.time(), clock.RIYADH)
    assert f"Unused exit/re-entry visas: 3. Cancel the first by {in_days(3):%Y/%m/%d} to avoid a fine: {texts.host()}" in said()
    digest.delete()
    assert sorted(sent()) == sorted(("visa-cancel", worker.phone) for worker in workers)


def test_what_becomes_due_after_the_text_of_the_day_waits_for_that_of_the_next(employer: Account, shift: Shift) -> None:
    for left in (7, 7):
        unused(left, resident=ResidentFactory(sponsor=employer, phone=""))
    remind()
    assert sent() == [("visas-cancel", number_of(employer))]
    late = unused(7, resident=ResidentFactory(sponsor=employer, phone=""))
    remind()
    assert sent() == []
    shift(timedelta(days=1))
    remind()
    [text] = Message.objects.all()
    assert (text.template, text.arguments["last4"]) == ("visa-cancel", late.resident.last4)


def test_texts_of_two_kinds_are_two_and_each_kind_is_one(employer: Account) -> None:
    for make in (unused, unused, abroad, abroad):
        make(3, resident=ResidentFactory(sponsor=employer, phone=""))
    remind()
    assert sorted(sent()) == [("visas-cancel", number_of(employer)), ("visas-return", number_of(employer))]


@pytest.mark.django_db
def test_a_head_of_household_is_told_of_all_children_at_once() -> None:
    head = ResidentFactory()
    for _ in range(3):
        unused(3, resident=ResidentFactory(son=True, head=head, phone=""))
    remind()
    assert sent() == [("visas-cancel", head.phone)]


def test_whoever_acts_for_two_employers_is_told_once(employer: Account) -> None:
    other = AccountFactory()
    MembershipFactory(account=other, user=employer.main_users()[0].user, main=True)
    for account in (employer, other):
        unused(3, resident=ResidentFactory(sponsor=account, phone=""))
    remind()
    assert sent() == [("visas-cancel", number_of(employer))]


@pytest.mark.parametrize("ends", [cancelled, used, died])
def test_what_ended_before_the_text_is_not_counted_in_it(
    employer: Account, ends: Callable[[Visa], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    visas = [unused(3, resident=ResidentFactory(sponsor=employer, phone="")) for _ in range(3)]
    write = reminders.tell

    def meanwhile(*args: Any) -> bool:
        ends(visas[0])
        return write(*args)

    monkeypatch.setattr(reminders, "tell", meanwhile)
    remind()
    [text] = Message.objects.all()
    assert (text.template, text.arguments["visas"]) == ("visas-cancel", 2)


def test_where_all_ended_before_the_text_there_is_none_and_the_day_is_not_used_up(employer: Account) -> None:
    visa = unused(3, resident=ResidentFactory(sponsor=employer, phone=""))
    terms = Parameter.objects.terms(clock.today())
    reminders.remember_due(terms)
    cancelled(visa)
    assert reminders.tell(number_of(employer), About.CANCEL, terms) is False
    assert (sent(), Digest.objects.count(), Mention.objects.count()) == ([], 0, 0)


def test_an_extension_before_the_text_takes_its_last_day_out_of_it(employer: Account) -> None:
    visa = abroad(3, resident=ResidentFactory(sponsor=employer, phone=""))
    terms = Parameter.objects.terms(clock.today())
    reminders.remember_due(terms)
    visa.extend(in_days(40))
    assert reminders.tell(number_of(employer), About.RETURN, terms) is False
    assert sent() == []


# --- slices, and some that cannot -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_visas_and_people_are_looked_at_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "SLICE", 2)
    for _ in range(5):
        unused(3)
    slices = []
    for task in (remind, tell):
        again = task.apply_async
        monkeypatch.setattr(
            task, "apply_async", lambda kwargs=None, *, retry, again=again: slices.append(kwargs) or again(kwargs, retry=retry)
        )
    remind()
    assert len(sent()) == 5
    assert len(slices) == 2 + 1 + 2  # visas, the first people, the others


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["concerned", "_write"])
def test_one_that_cannot_be_written_does_not_keep_the_others_waiting(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = unused(3), unused(3)
    works = getattr(reminders, step)

    def fails(what: Any, *args: Any) -> Any:
        about = what.visa.resident if step == "concerned" else what[0].reminder.visa.resident
        if about == first.resident:
            raise LookupError
        return works(what, *args)

    monkeypatch.setattr(reminders, step, fails)
    remind()
    assert sent() == [("visa-cancel", second.resident.phone)]
    monkeypatch.setattr(reminders, step, works)
    remind()
    assert sent() == [("visa-cancel", first.resident.phone)]


@pytest.mark.django_db
def test_the_command_does_what_beat_does() -> None:
    unused(3)
    call_command("remind")
    call_command("remind")
    assert templates() == ["visa-cancel"]


# --- two beats at once ------------------------------------------------------------------------------------------------
def by_two_beats() -> tuple[int, int]:
    """How many reminders and texts two beats write that look at the same visas of one employer at the same moment."""
    Message.objects.all().delete()
    employer = AccountFactory()
    MembershipFactory(account=employer, main=True)
    visas = [unused(3, resident=ResidentFactory(sponsor=employer, phone="")) for _ in range(2)]
    terms = Parameter.objects.terms(clock.today())
    together = Barrier(2)

    def beat(_n: int) -> None:
        try:
            for visa in visas:
                together.wait(10)
                reminders.remind(visa.pk, visa.resident_id, terms)
            together.wait(10)
            reminders.tell(number_of(employer), About.CANCEL, terms)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as beats:
        list(beats.map(beat, range(2)))
    return Mention.objects.filter(receiver=number_of(employer)).count(), len(sent())


@pytest.mark.usefixtures("transactional_db")
def test_two_beats_at_once_write_one_text() -> None:
    assert [by_two_beats() for _ in range(5)] == [(2, 1)] * 5


@pytest.mark.usefixtures("transactional_db")
def test_without_its_row_two_beats_write_the_text_of_the_day_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    days, both, standing = count(), Barrier(2), reminders._standing

    def when_both_have_looked(*args: Any) -> Any:
        both.wait(10)
        return standing(*args)

    monkeypatch.setattr(Digest.objects, "get_or_create", lambda on, **row: (Digest.objects.create(on=in_days(next(days)), **row), True))
    monkeypatch.setattr(reminders, "_standing", when_both_have_looked)
    assert by_two_beats() == (2, 2)


@pytest.mark.usefixtures("transactional_db")
def test_the_row_of_a_reminder_is_a_wall_of_its_own_where_nobody_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Resident.objects, "select_for_update", Resident.objects.all)
    assert [by_two_beats() for _ in range(5)] == [(2, 1)] * 5
