"""Services, crossings and days in any order: whatever happens, what must never be is never there.

A machine of hypothesis acts on real rows: a family and its employer, with little money and few operations. Crossings are
reported late, corrected and withdrawn; days pass. After each step every promise of the database is asked for.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import Count, F
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Account
from muqeem import clock
from muqeem.operations.base import registry
from muqeem.operations.invariants import violations
from muqeem.operations.judge import verify
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Demonstration, Parameter
from residency.models import MissingReport, Movement, Passport, Resident, Visa, VisaState
from tests.factories import MovementFactory, in_days
from tests.operations.journeys import Household, day_typed
from visas.forms import ExitReentryForm
from visas.operations import IssueExitReentry

pytestmark = pytest.mark.django_db

# Tokens of a factory never saw a code, and nobody delivers while the machine runs.
NOT_ASKED = {"I05", "I13", "I14"}

PEOPLE, WHICH = st.integers(0, 2), st.integers(0, 3)
DURATIONS = st.one_of(
    st.fixed_dictionaries({"mode": st.just("days"), "days": st.sampled_from(["7", "15", "40", "120"])}),
    st.fixed_dictionaries({"mode": st.just("months"), "months": st.sampled_from(["1", "2"])}),
)
FINAL = {"exit-reentry-cancel": "final-exit-cancel"}
OPEN = {VisaState.VALID, VisaState.TRAVELLED}

WISHES = {  # for which visa a service is, and what leads there
    "exit-reentry-extend": (lambda visa, state: visa.kind in Visa.RE_ENTRY and state == VisaState.TRAVELLED, "leave"),
    "exit-reentry-cancel": (lambda visa, state: visa.kind in Visa.RE_ENTRY and state == VisaState.VALID, "plan_a_journey"),
    "final-exit-cancel": (
        lambda visa, state: visa.kind == Visa.Kind.FINAL and state == VisaState.VALID and not visa.resident.head_id,
        "issue_final_exit",
    ),
    "visa-reprint": (lambda visa, state: True, "plan_a_journey"),
    "visa-fine": (lambda visa, state: state == VisaState.EXPIRED_UNUSED, "let_a_visa_expire"),
}
EFFECTS = {  # what each service must have changed
    "exit-reentry-issue": ["visas", "copies", "left"],
    "final-exit-issue": ["visas", "copies", "left"],
    "exit-reentry-extend": ["visas", "copies", "left"],
    "exit-reentry-cancel": ["visas", "copies"],
    "final-exit-cancel": ["visas", "copies"],
    "visa-reprint": ["copies"],
    "visa-fine": ["visas", "left"],
    "iqama-renewal": ["permits", "copies", "left"],
    "passport-extension": ["passports", "copies"],
    "new-passport": ["passports", "copies"],
    "name-correction": ["names", "copies"],
    "missing-iqama": ["reports", "copies"],
    "iqama-replacement": ["permits", "copies", "left"],
}


def step(name: str, **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(name), st.fixed_dictionaries(drawn))


ABOUT_A_VISA = ["", "", "exit-reentry-cancel", "exit-reentry-extend", "visa-reprint"]  # at first what fits the person's whereabouts
STEPS = st.one_of(
    *[step("serve", slug=st.sampled_from(sorted(EFFECTS)), which=WHICH)] * 4,
    step("issue_exit_reentry", who=PEOPLE, kind=st.sampled_from(["single", "multiple"]), duration=DURATIONS, whole=st.booleans()),
    step("issue_exit_reentry", who=PEOPLE, kind=st.sampled_from(["single", "multiple"]), duration=DURATIONS, whole=st.booleans()),
    step("use_a_visa", which=WHICH, slug=st.sampled_from(ABOUT_A_VISA)),
    step("use_a_visa", which=WHICH, slug=st.sampled_from(ABOUT_A_VISA)),
    step("renew", who=PEOPLE, months=st.sampled_from(["3", "12"])),
    step("cross", who=PEOPLE, late=st.sampled_from([0, 0, 2, 5, 30])),
    step("cross", who=PEOPLE, late=st.sampled_from([0, 0, 2, 5, 30])),
    step("correct_a_crossing", which=WHICH, days=st.integers(-20, 20)),
    step("withdraw_a_crossing", which=WHICH),
    step("wait", days=st.sampled_from([1, 7, 20, 61])),
    step("wait_for_the_end_of_a_visa", which=WHICH, past=st.sampled_from([-1, 0, 1, 63])),
)


class Life(RuleBasedStateMachine):
    """One family, from one service to the next."""

    first: ClassVar[str]  # what the family wishes when nothing has happened yet
    done: ClassVar[Counter[str]] = Counter()  # how often each service was done, in all lives

    def __init__(self) -> None:
        super().__init__()
        self.begun = transaction.savepoint()  # each life is lived in an empty register

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.begun)

    @initialize(permit=st.sampled_from([45, 100, 300]), money=st.sampled_from(["1500.00", "9000.00"]), which=WHICH)
    def begin(self, permit: int, money: str, which: int) -> None:
        self.settle(permit, money)
        self.serve(self.first, which)

    def settle(self, permit: int, money: str) -> None:
        """The family, with so many days of residency left, and its employer with so much money."""
        self.family = Household(expiring_in=permit, holding=money, operations=12)
        self.everybody = [self.family.resident, *self.family.members]
        self.crossings: list[Movement] = []
        self.passports = 0  # told of

    # One rule that draws what happens: of several, hypothesis would leave some out of every life.
    @rule(step=STEPS)
    def happens(self, step: tuple[str, dict[str, Any]]) -> None:
        name, drawn = step
        getattr(self, name)(**drawn)

    # --- services ---

    def issue_exit_reentry(self, who: int, kind: str, duration: dict[str, str], whole: bool) -> None:
        family = {} if who else self.taking(whole)
        self.run("exit-reentry-issue", self.everybody[who], kind=kind, **duration, **family)

    def issue_final_exit(self, which: int = 0) -> None:
        self.run("final-exit-issue", self.family.resident, **self.taking(whole=True))

    def use_a_visa(self, which: int, slug: str) -> None:
        if visas := self.visas():
            visa = visas[which % len(visas)]
            fitting = "exit-reentry-extend" if visa.resident.departed_on else "exit-reentry-cancel"
            slug = slug or fitting
            slug = FINAL.get(slug, slug) if visa.kind == Visa.Kind.FINAL else slug
            self.run(slug, visa.resident, visa_number=visa.number, mode="days", days="7")

    def serve(self, slug: str, which: int) -> None:
        """What the family wishes. Most services are open to few: where nobody is yet, first what leads there."""
        match slug:
            case "exit-reentry-issue":
                self.plan_a_journey(which)
            case "final-exit-issue":
                self.issue_final_exit(which)
            case "iqama-renewal":
                self.renew_in_time(which)
            case "passport-extension" | "new-passport":
                self.tell_of_a_passport(slug, which)
            case "missing-iqama" | "iqama-replacement":
                self.tell_of_a_card(slug, which)
            case "name-correction":
                self.run(
                    slug, self.everybody[which % len(self.everybody)], first_en=f"M{'U' * (self.done.total() % 30)}HAMMAD", family_en="KHAN"
                )
            case _:
                fitting, lead = WISHES[slug]
                if not (visas := self.visas(fitting)):
                    getattr(self, lead)(which)
                    visas = self.visas(fitting)
                if visas:
                    visa = visas[which % len(visas)]
                    self.run(slug, visa.resident, visa_number=visa.number, mode="days", days="7")

    def plan_a_journey(self, which: int) -> None:
        self.issue_exit_reentry(which % len(self.everybody), "multiple", {"mode": "days", "days": "15"}, whole=False)

    def renew_in_time(self, which: int) -> None:
        """A family member, for whom it costs least, when the end is near."""
        member = Resident.objects.get(pk=self.family.members[which % 2].pk)
        assert member.iqama is not None
        self.wait(days=max(member.iqama.days_left(clock.today()) - 40, 0))
        self.run("iqama-renewal", member, months="3")

    def tell_of_a_passport(self, slug: str, which: int) -> None:
        """Of a later last day than all before; a new one has a number of its own."""
        self.passports += 1
        days = day_typed("issued_on", clock.today()) | day_typed("expires_on", in_days(4000 + 100 * self.passports))
        self.run(slug, self.everybody[which % len(self.everybody)], number=f"ZX{self.passports}", place="Dhaka", **days)

    def tell_of_a_card(self, slug: str, which: int) -> None:
        """It is missing, or comes again."""
        person = Resident.objects.get(pk=self.everybody[which % len(self.everybody)].pk)
        reason = "lost" if person.missing_report else "damaged"
        self.run(slug, person, reason=reason, place="Jeddah", **day_typed("missing_on", clock.today()))

    def leave(self, which: int) -> None:
        """With a visa, where somebody has one."""
        if not self.visas(lambda visa, state: state == VisaState.VALID):
            self.plan_a_journey(which)
        if visas := self.visas(lambda visa, state: state == VisaState.VALID):
            self.cross(person=visas[which % len(visas)].resident)

    def let_a_visa_expire(self, which: int) -> None:
        self.plan_a_journey(which)
        self.wait_for_the_end_of_a_visa(which, past=1)

    def renew(self, who: int, months: str) -> None:
        self.run("iqama-renewal", self.everybody[who], months=months)

    # --- the border and the calendar ---

    @transaction.atomic
    def cross(self, who: int = 0, late: int = 0, person: Resident | None = None) -> None:
        """In the direction that is possible, or late in the other; mostly somebody who has a visa."""
        with_visa = [visa.resident for visa in self.visas()]
        person = person or (with_visa or self.everybody)[who % len(with_visa or self.everybody)]
        away = Resident.objects.get(pk=person.pk).departed_on
        direction = "in" if (away is not None) is (late % 2 == 0) else "out"
        self.crossings.append(MovementFactory(resident=person, direction=direction, crossed_on=in_days(-late)))

    @transaction.atomic
    def correct_a_crossing(self, which: int, days: int) -> None:
        if self.crossings:
            crossing = self.crossings[which % len(self.crossings)]
            crossing.crossed_on = min(crossing.crossed_on + timedelta(days=days), clock.today())
            crossing.save()

    @transaction.atomic
    def withdraw_a_crossing(self, which: int) -> None:
        if self.crossings:
            self.crossings.pop(which % len(self.crossings)).delete()

    def wait(self, days: int) -> None:
        shifted = Demonstration.objects.get().clock_shift
        Demonstration.objects.update(clock_shift=shifted + timedelta(days=days))

    def wait_for_the_end_of_a_visa(self, which: int, past: int) -> None:
        """Until so many days past its last one, where most is decided."""
        if still_open := self.visas(lambda visa, state: state in OPEN):
            last = still_open[which % len(still_open)].last_day
            self.wait(days=max((last - clock.today()).days + past, 0))

    # --- what must never be ---

    @invariant()
    def nobody_has_two_open_visas(self) -> None:
        holders = [visa.resident_id for visa in self.visas(lambda visa, state: state in OPEN)]
        assert len(holders) == len(set(holders))

    @invariant()
    def every_promise_holds(self) -> None:
        self.family.wallet.refresh_from_db()
        assert self.family.wallet.balance >= 0
        assert [str(violation) for violation in violations() if violation.code not in NOT_ASKED] == []

    # --- how a service is run ---

    def visas(self, fitting: Callable[[Visa, VisaState], bool] = lambda visa, state: True) -> list[Visa]:
        """Those of the family that are fitting by what they are worth today; the newest first."""
        terms = Parameter.objects.terms(clock.today())
        visas = Visa.objects.filter(resident__in=self.everybody).select_related("resident").order_by("-pk")
        return [visa for visa in visas if fitting(visa, visa.state(terms))]

    def taking(self, whole: bool) -> dict[str, Any]:
        """The boxes of the family, as the form shows them on the day."""
        here = [each for each in Resident.objects.filter(head=self.family.resident) if not (each.left_on or each.departed_on)]
        return self.family.asked(*(here if whole else []))

    def run(self, slug: str, person: Resident, **answers: Any) -> None:
        """Look at everything before and after: there is an effect if and only if there is a receipt."""
        before, token, done = self.rows(), self.family.token(slug), None
        if verify(token, {"iqama_number": person.iqama_number} | answers).facts is not None:
            with suppress(Refused):
                done = perform(token, token.fingerprint)
        after = self.rows()
        if done is None:
            assert after == before, "an effect without a receipt"
            return
        self.done[slug] += 1
        assert after["done"] == before["done"] + 1
        assert all(after[what] != before[what] for what in EFFECTS[slug]), "a receipt without its effect"
        self.reach_no_further_than_the_permit(done.slug, changed=after["visas"] - before["visas"])

    def rows(self) -> dict[str, Any]:
        """All that services change, in few queries: it is looked at more often than anything."""
        visas = Visa.objects.filter(resident__in=self.everybody)
        counted = Account.objects.filter(pk=self.family.account.pk).values(
            permits=Count("residents__iqamas", distinct=True),
            done=Count("receipts", distinct=True),
            copies=Count("receipts__documents__prints", distinct=True),
            left=F("subscriptions__operations_left"),
        )
        of_people = {
            "visas": visas.values_list("pk", "ends_on", "return_before", "cancelled_on", "fined_on"),
            "passports": Passport.objects.filter(resident__in=self.everybody).values_list("number", "expires_on", "replaced_on"),
            "reports": MissingReport.objects.filter(resident__in=self.everybody).values_list("number", "replaced_by"),
            "names": Resident.objects.filter(pk__in=[each.pk for each in self.everybody]).values_list("pk", "folded"),
        }
        return {what: set(rows) for what, rows in of_people.items()} | counted.get()

    def reach_no_further_than_the_permit(self, slug: str, changed: set[tuple[Any, ...]]) -> None:
        if slug in {"exit-reentry-issue", "final-exit-issue", "exit-reentry-extend"}:
            for pk, ends_on, *_days in changed:
                permit = Resident.objects.get(visas__pk=pk).iqama
                assert permit is not None
                assert ends_on <= permit.expires_on, "a visa past its permit"


SAME_EACH_TIME = settings(
    max_examples=3,
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_every_service_takes_part():
    assert set(EFFECTS) == set(registry)


@pytest.mark.parametrize(("number", "first"), list(enumerate(sorted(EFFECTS))))
def test_in_whatever_order_things_happen_no_promise_is_broken(number, first):
    life = seed(number)(type("Life", (Life,), {"first": first, "done": Counter()}))
    run_state_machine_as_test(life, settings=SAME_EACH_TIME)
    assert life.done[first] >= SAME_EACH_TIME.max_examples, "what is never done shows nothing"


def test_without_a_fault_the_life_that_shows_them_is_sound():
    life = Life()
    life.settle(permit=300, money="9000.00")
    give_up_a_journey(life)
    assert Visa.objects.get().cancelled_on == clock.today()


def past_the_permit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks how far the residency reaches."""
    monkeypatch.setattr(ExitReentryForm, "_judge_residency", lambda *_: None)


def no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancellation forgets to cancel."""
    monkeypatch.setattr(Visa, "cancel", lambda visa, on: None)


def no_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A visa is granted at the review already."""
    facts = IssueExitReentry.facts

    def early(operation: IssueExitReentry) -> dict[str, Any]:
        operation.grant(operation.resident)
        return facts(operation)

    monkeypatch.setattr(IssueExitReentry, "facts", early)


def give_up_a_journey(life: Life) -> None:
    life.issue_exit_reentry(who=0, kind="single", duration={"mode": "days", "days": "120"}, whole=False)
    life.use_a_visa(which=0, slug="exit-reentry-cancel")


@pytest.mark.parametrize(
    ("plant", "days", "found"),
    [
        (past_the_permit, 45, "a visa past its permit"),
        (no_effect, 300, "a receipt without its effect"),
        (no_receipt, 300, "an effect without a receipt"),
    ],
)
def test_a_planted_fault_is_found(plant, days, found, monkeypatch):
    """By a life in which it shows; how soon chance would come upon such a life is not asked here."""
    plant(monkeypatch)
    life = Life()
    life.settle(permit=days, money="9000.00")
    with pytest.raises(AssertionError, match=found):
        give_up_a_journey(life)
