"""Two that act on one person's visas at the same moment: whoever comes first is done, and the other sees it.

What must not be is shown by the same race with its wall taken away.
"""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Barrier, Event
from time import sleep as pause
from typing import Any

import pytest
from django.db import connection

from accounts.models import Account, OperationToken
from muqeem import clock
from muqeem.operations.judge import verify
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, perform
from residency.fields import ResidentField
from residency.imports.loading import import_facts
from residency.models import Resident, Visa
from residency.operations import RenewIqama
from tests.factories import AccountFactory, MembershipFactory, OperationTokenFactory, UserFactory, in_days
from tests.operations.journeys import Household, Person
from tests.visas.existing import OUT, acting_for, at_once, broken, visa_of
from tests.visas.people import worker
from visas.operations import IssueVisa

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 3
ISSUE, FINAL = "exit-reentry-issue", "final-exit-issue"
ONE_EACH = ["Receipt", "Refused"]
RENEWAL_BEGUN = Event()


def at_the_same_moment(*tokens: OperationToken) -> list[str]:
    """What becomes of these operations, by the names of their outcomes."""
    return [type(result).__name__ for result in at_once(*(partial(perform, token, token.fingerprint) for token in tokens))]


def of_employer_and_resident(slug: str) -> list[OperationToken]:
    """Somebody's employer asks for them, and so do they themselves."""
    resident = worker()
    own = AccountFactory(individual=True, number=resident.iqama_number)
    people = [Person(resident=resident, by_app=True), Person(resident=resident, account=own)]
    return [person.ready(slug=each) for person, each in zip(people, (ISSUE, slug), strict=True)]


def of_two_users(slug: str) -> list[OperationToken]:
    """Two users of one employer ask for the same worker."""
    first = Person(resident=worker(), by_app=True)
    second = MembershipFactory(account=first.account, user=UserFactory(with_app=True), privileges=[ISSUE, FINAL])
    token = OperationTokenFactory(verified=True, user=second.user, account=first.account, slug=slug)
    assert verify(token, first.answers(slug=slug)).facts is not None
    return [first.ready(slug=ISSUE), token]


# --- two visas for one person ---------------------------------------------------------------------
@pytest.mark.parametrize("slug", [ISSUE, FINAL])
@pytest.mark.parametrize("ask", [of_employer_and_resident, of_two_users])
def test_of_two_visas_for_one_person_at_once_one_is_issued(ask: Callable[[str], list[OperationToken]], slug: str) -> None:
    for time in range(1, TIMES + 1):
        assert sorted(at_the_same_moment(*ask(slug))) == ONE_EACH
        assert (Visa.objects.count(), Receipt.objects.count()) == (time, time)
    assert broken() == []


def test_of_a_wifes_journey_and_the_familys_final_exit_at_once_one_is_granted() -> None:
    for _time in range(TIMES):
        family = Household()
        journey, leaving = family.token(ISSUE), family.token(FINAL)
        verify(journey, {"iqama_number": family.wife.iqama_number, "kind": "single", "mode": "days", "days": "10"})
        verify(leaving, family.asked(*family.members))
        assert sorted(at_the_same_moment(journey, leaving)) == ONE_EACH
        kinds = sorted(Visa.objects.filter(resident__in=[family.resident, *family.members]).values_list("kind", flat=True))
        assert kinds in (["single"], ["final"] * 3)
    assert broken() == []


@pytest.fixture
def _nobody_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's row is not locked."""
    narrow = ResidentField.narrow

    def without_lock(field: ResidentField, account: Account, branches: list[int], *, lock: bool) -> None:
        narrow(field, account, branches, lock=False)

    monkeypatch.setattr(ResidentField, "narrow", without_lock)


@pytest.fixture
def _nobody_waits(_nobody_locks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does either grant a visa before both have been judged."""
    apply, both = IssueVisa.apply, Barrier(2)

    def when_both_are_judged(operation: IssueVisa) -> dict[str, Any]:
        both.wait(10)
        return apply(operation)

    monkeypatch.setattr(IssueVisa, "apply", when_both_are_judged)


@pytest.fixture
def _two_may_be_open(transactional_db: None) -> Iterator[None]:
    """The table takes a second open visa."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'visa_one_open'")
        [definition] = cursor.fetchone()
        cursor.execute("ALTER TABLE residency_visa DROP CONSTRAINT visa_one_open")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE residency_visa CASCADE")
        cursor.execute(f"ALTER TABLE residency_visa ADD CONSTRAINT visa_one_open {definition}")


@pytest.mark.usefixtures("_nobody_waits")
def test_where_nobody_waits_the_table_refuses_the_second_visa() -> None:
    assert sorted(at_the_same_moment(*of_employer_and_resident(ISSUE))) == ["IntegrityError", "Receipt"]
    assert (Visa.objects.count(), Receipt.objects.count()) == (1, 1)
    assert broken() == []


@pytest.mark.usefixtures("_two_may_be_open")
def test_where_the_table_takes_two_whoever_waited_is_refused() -> None:
    assert sorted(at_the_same_moment(*of_employer_and_resident(ISSUE))) == ONE_EACH
    assert Visa.objects.count() == 1


@pytest.mark.usefixtures("_two_may_be_open", "_nobody_waits")
def test_without_both_walls_one_person_gets_two_visas() -> None:
    assert at_the_same_moment(*of_employer_and_resident(ISSUE)) == ["Receipt", "Receipt"]
    assert Visa.objects.values("resident").distinct().count() == 1
    assert Visa.objects.count() == 2


# --- a visa and what changes beside it ------------------------------------------------------------
def test_of_a_visa_and_a_renewal_at_once_the_visa_names_the_residency_as_it_is_or_is_refused() -> None:
    for _time in range(TIMES):
        person = Person(by_app=True)
        outcomes = at_the_same_moment(person.ready(slug=ISSUE), person.ready())
        assert outcomes in (["Receipt", "Receipt"], ["Refused", "Receipt"])
        now = Resident.objects.get(pk=person.resident.pk)
        assert now.iqama is not None
        assert now.iqamas.count() == 2
        for receipt in Receipt.objects.filter(slug=ISSUE, resident=now):
            assert now.visas.get().ends_on <= now.iqama.expires_on
            # Numbered where the resident is locked; the time is that of the press, which may have waited for the lock.
            first = receipt.pk < Receipt.objects.get(slug="iqama-renewal", resident=now).pk
            assert first or receipt.facts["permit_until_on"] == now.iqama.expires_on.isoformat()
    assert broken() == []


@pytest.fixture
def _renewal_waits_for_company(monkeypatch: pytest.MonkeyPatch) -> None:
    """A renewal is not done before somebody else waits for it."""
    apply = RenewIqama.apply

    def slowly(operation: RenewIqama) -> dict[str, Any]:
        facts = apply(operation)
        RENEWAL_BEGUN.set()
        with connection.cursor() as cursor:
            for _time in range(1500):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
                if cursor.fetchone() != (0,):
                    return facts
                pause(0.02)
        raise TimeoutError("nobody came")

    RENEWAL_BEGUN.clear()
    monkeypatch.setattr(RenewIqama, "apply", slowly)


def during_a_renewal(slug: str) -> tuple[Any, Receipt]:
    """What becomes of a visa that is confirmed while the residency is being renewed, and the renewal."""
    person = Person(by_app=True, resident=worker(expiring_in=60))
    renewal, token = person.ready(), person.ready(slug=slug)

    def ask() -> Receipt:
        RENEWAL_BEGUN.wait(30)
        return perform(token, token.fingerprint)

    renewed, asked = at_once(partial(perform, renewal, renewal.fingerprint), ask)
    assert isinstance(renewed, Receipt)
    return asked, renewed


@pytest.mark.usefixtures("_renewal_waits_for_company")
@pytest.mark.parametrize("slug", [ISSUE, FINAL])
def test_a_visa_waits_for_the_renewal_that_came_first_and_is_judged_by_it(slug: str) -> None:
    asked, _renewed = during_a_renewal(slug)
    assert isinstance(asked, Refused)
    assert asked.reason.key == "facts-changed"
    assert not Visa.objects.exists()
    assert broken() == []


@pytest.mark.usefixtures("_renewal_waits_for_company", "_nobody_locks")
def test_where_nobody_locks_a_visa_names_a_residency_that_is_no_more() -> None:
    visa, renewed = during_a_renewal(ISSUE)
    assert visa.pk > renewed.pk
    assert visa.facts["permit_until_on"] == renewed.facts["expires_on"]


def test_of_a_cancellation_and_an_imported_departure_at_once_both_know_of_each_other() -> None:
    for time in range(TIMES):
        visa = visa_of()
        token = acting_for(visa).ready(slug="exit-reentry-cancel")
        rows = f"reference,resident,direction,crossed_on\nR{time},{visa.resident.iqama_number},{OUT},{clock.today()}\n"
        load = partial(import_facts, rows.encode(), "movements", file_name="movements")
        cancelled, loaded = at_once(partial(perform, token, token.fingerprint), load)
        assert loaded.counts["new"] == 1
        now, person = Visa.objects.get(pk=visa.pk), Resident.objects.get(pk=visa.resident_id)
        assert person.departed_on == in_days(0)
        # Cancelled first, nobody left with the visa; left first, nobody cancels it.
        assert (type(cancelled).__name__, now.cancelled_on, now.travelled_on) in {
            ("Receipt", clock.today(), None),
            ("Refused", None, clock.today()),
        }
    assert broken() == []
