"""What a resident's file, the lists and the home page say of visas and of what can be done with them."""

import pytest
from django.utils.translation import override

from residency.models import Visa
from tests.factories import AccountFactory, in_days
from tests.operations.journeys import Person, said
from tests.visas.existing import abroad, acting_for, done, final_of, someone, visa_of

pytestmark = pytest.mark.django_db


def offered(person: Person, visa: Visa) -> dict[str, str]:
    """What the file offers beside a visa: where it leads, or why it is closed."""
    page = person.client.get(f"/residents/{visa.resident.uuid}/")
    visas = next(history for history in page.context["histories"] if history.id == "visas")
    services = next(record for record in visas.records if record.code == visa.number).services
    with override("en"):
        return {str(each["label"]): each["url"] or str(each["reason"] or each["obstacle"].fact) for each in services}


def leads_to(slug: str, visa: Visa) -> str:
    return f"/services/{slug}/?resident={visa.resident.uuid}&about={visa.uuid}"


def test_a_valid_visa_offers_its_cancellation_and_says_why_it_is_not_extended():
    visa = visa_of()
    assert offered(acting_for(visa), visa) == {
        "Extend visa": "Inside the Kingdom; only visas of residents abroad are extended",
        "Cancel visa": leads_to("exit-reentry-cancel", visa),
    }


def test_a_visa_abroad_offers_its_extension_and_says_why_it_is_not_cancelled():
    visa = abroad(visa_of(kind="multiple"))
    found = offered(acting_for(visa), visa)
    assert found["Extend visa"] == leads_to("exit-reentry-extend", visa)
    assert found["Cancel visa"].startswith("Outside the Kingdom since ")


def test_a_visa_that_was_left_to_expire_shows_its_fine_and_leads_to_it():
    visa = visa_of(ends_on=in_days(-1))
    person = acting_for(visa)
    found = offered(person, visa)
    assert found["Pay the fine"] == leads_to("visa-fine", visa)
    assert found["Cancel visa"].startswith("The cancellation period ended on ")
    assert "Fine: SAR\N{NO-BREAK SPACE}1,000.00" in person.client.get(f"/residents/{visa.resident.uuid}/").content.decode()
    done(person, "visa-fine")
    assert offered(person, visa) == {"Print a copy": leads_to("visa-reprint", visa)}


def test_a_final_exit_offers_its_own_cancellation():
    visa = final_of()
    assert offered(acting_for(visa), visa) == {"Cancel visa": leads_to("final-exit-cancel", visa)}
    expired = final_of(ends_on=in_days(-1))
    assert set(offered(acting_for(expired), expired)) == {"Cancel visa", "Pay the fine"}


def test_a_visa_with_a_page_is_printed_from_the_file_also_when_it_is_cancelled():
    person = Person(resident=someone(), by_app=True, language="en")
    done(person, "exit-reentry-issue")
    visa = Visa.objects.get()
    assert offered(person, visa)["Print a copy"] == leads_to("visa-reprint", visa)
    done(person, "exit-reentry-cancel")
    assert offered(person, visa) == {"Print a copy": leads_to("visa-reprint", visa)}


def test_who_lacks_the_privilege_sees_the_service_with_that_reason():
    visa = visa_of()
    person = acting_for(visa, privileges=["exit-reentry-extend"])
    assert "Not among your privileges" in offered(person, visa)["Cancel visa"]


def test_the_link_of_a_visa_fills_its_number_in():
    visa = visa_of()
    person = acting_for(visa)
    page = person.client.get(leads_to("exit-reentry-cancel", visa)).content.decode()
    assert f'name="about" value="{visa.uuid}"' in page
    token = person.start("exit-reentry-cancel", resident=visa.resident.uuid, about=visa.uuid)
    assert token.prefill["visa_number"] == visa.number


@pytest.mark.parametrize("about", ["nonsense", "\x00", "5f0c6a9e-0000-4000-8000-000000000000", "x" * 10_000])
def test_a_visa_that_the_address_does_not_name_is_as_if_none_was_chosen(about):
    visa = visa_of()
    person = acting_for(visa)
    token = person.start("exit-reentry-cancel", resident=visa.resident.uuid, about=about)
    assert token.prefill["visa_number"] == visa.number


def home_of(person: Person) -> str:
    return said(person.client.get("/")).replace("\N{NO-BREAK SPACE}", " ")


def test_the_home_page_speaks_of_the_fine_until_it_is_paid():
    visa = visa_of(ends_on=in_days(-1))
    own = Person(resident=visa.resident, account=AccountFactory(individual=True, number=visa.resident.iqama_number), language="en")
    words = "A visa was neither used nor cancelled; its fine: SAR 1,000.00"
    assert words in home_of(own)
    done(own, "visa-fine")
    assert words not in home_of(own)


def test_an_employer_finds_all_whose_fine_is_due():
    visa = visa_of(ends_on=in_days(-1))
    sponsor = visa.resident.sponsor
    for harmless in (
        visa_of(someone(sponsor=sponsor), ends_on=in_days(0)),
        abroad(visa_of(someone(sponsor=sponsor), ends_on=in_days(-1))),
        visa_of(someone(sponsor=sponsor), ends_on=in_days(-1), cancelled_on=in_days(-2)),
        visa_of(someone(sponsor=sponsor), ends_on=in_days(-1), kind="visit"),
    ):
        assert harmless.resident.sponsor == sponsor
    visa_of(ends_on=in_days(-1))  # somebody else's
    person = acting_for(visa)
    page = person.client.get("/residents/?list=visa-fines")
    assert [row["resident"] for row in page.context["rows"]] == [visa.resident]
    assert ("visa-fines", 1) in [(chip["slug"], chip["count"]) for chip in page.context["chips"]]
    done(person, "visa-fine")
    assert "visa-fines" not in [chip["slug"] for chip in person.client.get("/residents/").context["chips"]]
