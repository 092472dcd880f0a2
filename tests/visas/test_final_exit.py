"""Leaving for good: how long the visa lasts, whom it takes along, and what stands in its way."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from django.utils.translation import override

from muqeem import clock, pdf
from muqeem.operations.invariants import violations
from muqeem.operations.judge import judge, verify
from muqeem.operations.models import Document, Receipt
from muqeem.operations.page import page_context
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message, Parameter
from residency.models import Hold, Movement, Resident, Visa
from tests.accounts.people import all_at_once
from tests.factories import BranchFactory, HoldFactory, MovementFactory, ResidentFactory, birthday, in_days
from tests.operations.journeys import Household, Person, said
from tests.visas.people import held, with_visa, worker
from visas.operations import IssueFinalExit

pytestmark = pytest.mark.django_db

SLUG = "final-exit-issue"


def terms():
    return Parameter.objects.terms(clock.today())


def granted(person: Person) -> Visa:
    perform(token := person.ready(slug=SLUG), token.fingerprint)
    return Visa.objects.get()


# --- how long -------------------------------------------------------------------------------------
@pytest.mark.parametrize(("left", "lasts"), [(29, None), (30, 30), (45, 45), (59, 59), (60, 60), (400, 60)])
def test_the_visa_lasts_as_long_as_the_residency_up_to_sixty_days(left, lasts):
    person = Person(resident=ResidentFactory(expiring_in=left), by_app=True)
    if lasts is None:
        judgement = judge(person.token(SLUG), person.answers(slug=SLUG))
        assert [(finding.fact.key, finding.mend.key) for finding in judgement.obstacles] == [("residency-short", "renew-first")]
        return
    visa = granted(person)
    assert (visa.kind, visa.issued_on, visa.leave_before, visa.return_before) == ("final", clock.today(), in_days(lasts), None)
    assert visa.ends_on == in_days(lasts)


def test_a_final_exit_is_free_counted_printed_and_told():
    person = Person(resident=ResidentFactory(expiring_in=400), by_app=True)
    receipt = perform(token := person.ready(slug=SLUG), token.fingerprint)
    person.wallet.refresh_from_db()
    assert (receipt.total, person.wallet.balance, receipt.spent) == (0, Decimal("100000.00"), 1)
    with override("en"):
        assert [(line["code"], line["amount"]) for line in receipt.fee] == [("visa", "0.00")]
    told = {name: receipt.facts[name] for name in ("exit_before_on", "cancel_before_on", "until_on", "unused_fine_sar")}
    assert told == dict.fromkeys(("exit_before_on", "cancel_before_on", "until_on"), in_days(60).isoformat()) | {
        "unused_fine_sar": "1000.00"
    }
    message = Message.objects.get(receiver=person.resident.phone)
    assert (message.template, message.arguments["exit_before_on"]) == ("final-exit-issued", in_days(60).isoformat())


def test_the_border_ends_the_residency_of_who_leaves():
    person = Person(resident=ResidentFactory(expiring_in=400), by_app=True)
    granted(person)
    MovementFactory(resident=person.resident, direction=Movement.Direction.OUT, crossed_on=clock.today())
    assert Resident.objects.get(pk=person.resident.pk).left_on == clock.today()


# --- for whom -------------------------------------------------------------------------------------
def obstacles(resident: Resident) -> list[str]:
    resident = Resident.objects.get(pk=resident.pk)
    return [finding.fact.key for finding in IssueFinalExit.judge(resident, resident.sponsor, terms()) if not finding.met]


EDGES: dict[str, Any] = {  # an obstacle: who just meets the requirement, and who just does not
    "passport-short": (lambda: worker(passport_until=60), lambda: worker(passport_until=59)),
    "residency-ended": (lambda: worker(expiring_in=30), lambda: worker(expiring_in=-1)),
    "residency-not-issued": (worker, lambda: worker(expiring_in=False)),
    "outside": (worker, lambda: worker(outside=True)),
    "no-biometrics": (
        lambda: worker(biometrics_on=None, birth_on=birthday(6) + timedelta(days=1)),
        lambda: worker(biometrics_on=None, birth_on=birthday(6)),
    ),
    "fines-unpaid": (lambda: held(Hold.Kind.TRAFFIC, cleared_on=clock.today()), lambda: held(Hold.Kind.TRAFFIC)),
    "vehicles": (lambda: held(Hold.Kind.VEHICLE, cleared_on=clock.today()), lambda: held(Hold.Kind.VEHICLE)),
    "absent": (lambda: held(Hold.Kind.ABSENT, cleared_on=clock.today()), lambda: held(Hold.Kind.ABSENT)),
    "recruitment-violation": (lambda: held(Hold.Kind.RECRUITMENT, cleared_on=clock.today()), lambda: held(Hold.Kind.RECRUITMENT)),
    "deceased": (worker, lambda: worker(deceased=True)),
    "left": (worker, lambda: worker(left=True)),
    "other-visa": (lambda: with_visa(cancelled_on=clock.today()), with_visa),
    "unused-visa-fine": (
        lambda: with_visa(issued_on=in_days(-61), fined_on=clock.today()),
        lambda: with_visa(issued_on=in_days(-61)),
    ),
}


@pytest.mark.parametrize("obstacle", EDGES)
def test_each_requirement_at_its_edge(obstacle):
    meets, does_not = (made() for made in EDGES[obstacle])
    assert obstacles(meets) == []
    assert obstacle in obstacles(does_not)


def test_a_vehicle_of_the_employer_keeps_nobody():
    resident = worker()
    HoldFactory(of_account=resident.sponsor, kind=Hold.Kind.VEHICLE)
    assert obstacles(resident) == []


@pytest.mark.parametrize("obstacle", ["vehicles", "fines-unpaid"])
def test_what_changes_after_the_review_refuses_and_leaves_everything_as_it_was(obstacle):
    person = Person(resident=worker(), by_app=True)
    token = person.ready(slug=SLUG)
    HoldFactory(resident=person.resident, kind={"vehicles": Hold.Kind.VEHICLE, "fines-unpaid": Hold.Kind.TRAFFIC}[obstacle])
    with pytest.raises(Refused, match=obstacle):
        perform(token, token.fingerprint)
    person.subscription.refresh_from_db()
    assert (Visa.objects.count(), Receipt.objects.count(), person.subscription.operations_left) == (0, 0, 100)


# --- the family -----------------------------------------------------------------------------------
def test_the_family_inside_the_kingdom_is_ticked_beforehand():
    family = Household()
    form = judge(family.token(SLUG), {"iqama_number": family.resident.iqama_number}).form
    with override("en"):
        assert form.errors["family"] == [
            (
                "Family members inside the Kingdom leave with the head of household. They are ticked here:"
                " check them, then verify the data again."
            )
        ]
    assert form["family"].value() == [str(each.uuid) for each in family.members]
    assert str(form["family"]).count("checked") == 2


def test_a_family_member_who_is_left_out_is_named_with_the_next_step():
    family = Household()
    with override("en"):
        form = judge(family.token(SLUG), family.asked(family.wife)).form
        words = list(form.errors["family"])
    assert words == [
        (
            f"Left out: {family.son.name_en}. Family members inside the Kingdom leave with the head of household."
            " Include them; who stays needs another head of household or an employer first."
        )
    ]
    assert form["family"].value() == [str(family.wife.uuid)]


def test_a_family_member_abroad_is_not_taken_along():
    family = Household()
    MovementFactory(resident=family.son, direction=Movement.Direction.OUT)
    judgement = judge(family.token(SLUG), family.asked(family.wife))
    assert judgement.obstacles == []
    assert [person.pk for person in judgement.operation.people] == [family.resident.pk, family.wife.pk]


@pytest.fixture
def limited():
    """A household of which each belongs to another branch or to none, and who acts is limited to that of the head."""
    family = Household(privileges=[SLUG])
    head, elsewhere = BranchFactory.create_batch(2, account=family.account)
    family.membership.branches.set([head])
    for person, branch in ((family.resident, head), (family.wife, elsewhere), (family.son, None)):
        Resident.objects.filter(pk=person.pk).update(branch=branch)
    return family


def test_a_family_follows_its_head_whatever_branch_they_belong_to(limited):
    token = limited.token(SLUG)
    with override("en"):
        left_out = verify(token, limited.asked()).form.errors["family"]
    assert limited.wife.name_en in str(left_out)
    assert limited.son.name_en in str(left_out)
    verify(token, limited.asked(limited.wife, limited.son))
    receipt = perform(token, token.fingerprint)
    assert set(Visa.objects.values_list("resident", flat=True)) == {person.pk for person in (limited.resident, *limited.members)}
    assert receipt.documents.count() == 3


def test_a_head_of_another_branch_is_not_found_though_one_of_the_family_is_of_the_own(limited):
    limited.membership.branches.set([Resident.objects.get(pk=limited.wife.pk).branch])
    with override("en"):
        errors = list(verify(limited.token(SLUG), limited.asked(limited.wife, limited.son)).form.errors["iqama_number"])
    assert errors == ["There is no resident with this number in your account."]


def test_a_family_leaves_with_a_visa_and_a_page_each():
    family = Household()
    token = family.token(SLUG)
    verify(token, family.asked(family.wife, family.son))
    receipt = perform(token, token.fingerprint)
    assert (receipt.total, receipt.spent, receipt.documents.count()) == (0, 3, 3)
    assert {visa.resident: visa.kind for visa in Visa.objects.all()} == dict.fromkeys((family.resident, *family.members), "final")


def test_each_of_a_family_has_the_days_of_their_own_residency():
    family = Household()
    family.son.iqamas.update(expires_on=in_days(40), starts_on=in_days(-300))
    token = family.token(SLUG)
    verify(token, family.asked(family.wife, family.son))
    receipt = perform(token, token.fingerprint)
    ends = {page.resident: page.facts["exit_before_on"] for page in receipt.documents.all()}
    assert ends == {family.resident: in_days(60).isoformat(), family.wife: in_days(60).isoformat(), family.son: in_days(40).isoformat()}
    assert receipt.facts["accompanying"][1]["exit_before_on"] == in_days(40).isoformat()


def test_one_of_the_family_with_fines_keeps_them_all_here():
    family = Household()
    HoldFactory(resident=family.son)
    judgement = judge(family.token(SLUG), family.asked(family.wife, family.son))
    with override("en"):
        assert [str(finding.fact).partition(":")[0] for finding in judgement.obstacles] == [family.son.name_en]


def test_a_newcomer_to_the_family_after_the_review_is_not_left_behind():
    family = Household()
    token = family.token(SLUG)
    verify(token, family.asked(family.wife, family.son))
    ResidentFactory(daughter=True, head=family.resident, aged=1, expiring_in=300)
    with pytest.raises(Refused, match="facts-changed"):
        perform(token, token.fingerprint)
    assert Visa.objects.count() == 0


def test_of_two_operations_on_one_family_at_once_one_grants_visas(transactional_db):
    family = Household()
    tokens = [family.token(SLUG) for _ in range(2)]
    for token in tokens:
        verify(token, family.asked(family.wife, family.son))
    results = all_at_once(lambda number: perform(tokens[number], tokens[number].fingerprint), 2)
    assert sorted(type(result).__name__ for result in results) == ["Receipt", "Refused"]
    assert (Visa.objects.count(), Receipt.objects.count()) == (3, 1)


# --- over HTTP ------------------------------------------------------------------------------------
def test_the_page_says_what_was_granted():
    family = Household()
    token = family.token(SLUG)
    verify(token, family.asked(family.wife, family.son))
    perform(token, token.fingerprint)
    for page in Document.objects.all():
        file = pypdf.PdfReader(io.BytesIO(pdf.render(page.page, page_context(page.prints.get()))))
        assert len(file.pages) == 1
        printed = " ".join(file.pages[0].extract_text().split())
        wanted = (
            page.facts["visa_number"],
            page.resident.name_en,
            "Exit Before",
            "1,000.00",
            page.facts["exit_before_on"].replace("-", "/"),
        )
        assert [words for words in wanted if words not in printed] == []


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("of_head", [False, True])
def test_a_family_leaves_for_good_over_http(language, of_head):
    family = Household(language=language, of_head=of_head)
    token = family.start(SLUG)
    family.post(token, code=family.code(token))
    number = {"iqama_number": family.resident.iqama_number}
    asked_about = family.post(token, **number)
    assert asked_about.status_code == 422
    assert family.post(token, **family.asked(family.wife, family.son)).status_code == 302
    token.refresh_from_db()
    review = said(family.get(token))
    duty = {"ar": "على صاحب العمل إتلاف بطاقة", "en": "The employer destroys the iqama card"}[language]
    assert duty in review
    assert {"ar": "بلا رسوم", "en": "free of charge"}[language] in review
    page = said(family.client.get(family.confirm(token).url))
    assert {"ar": "صدرت تأشيرة الخروج النهائي", "en": "Final exit visa issued"}[language] in page
    assert [str(violation) for violation in violations()] == []


def test_a_short_residency_is_refused_with_the_renewal_as_the_next_step():
    person = Person(resident=ResidentFactory(expiring_in=29), by_app=True, language="en")
    token = person.start(SLUG)
    person.post(token, code=person.code(token))
    answer = person.post(token, iqama_number=person.resident.iqama_number)
    assert answer.status_code == 422
    assert "Residency left: 29 days; needed: at least 30 days Renew the residency first" in said(answer)
