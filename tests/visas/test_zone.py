"""The machine-readable zone that a visa's paper gets from the register."""

from datetime import date

import pytest

from muqeem import mrz
from residency.models import Visa
from tests.factories import ResidentFactory, VisaFactory
from visas.paper import on_paper, zone

pytestmark = pytest.mark.django_db


def a_visa(*, resident=None, **changes) -> Visa:
    return VisaFactory(resident=resident or ResidentFactory(birth_on=date(1988, 3, 14)), ends_on=date(2099, 5, 21), **changes)


def zone_of(visa: Visa) -> list[str]:
    return zone(visa.resident, visa)


def test_the_zone_tells_who_travels_by_which_passport_and_visa_until_when():
    visa = a_visa(number="9000000433")
    passport = visa.resident.passport.number
    assert zone_of(visa) == [
        "VSUTOKHAN<<MOHAMMAD<ABDULRAHMAN<ALI<<<<<<<<<",
        f"{passport:<<9}{mrz.check_digit(passport)}PAK8803148M990521{mrz.check_digit('990521')}9000000433<<<<<<",
    ]


@pytest.mark.parametrize(("kind", "letter", "entries"), [("single", "S", "Single"), ("multiple", "M", "Multiple"), ("final", "F", None)])
def test_the_kind_of_visa_is_the_second_sign_and_on_the_paper_a_word(kind, letter, entries):
    visa = a_visa(kind=kind)
    assert zone_of(visa)[0][:2] == f"V{letter}"
    said = on_paper(visa.resident, visa)["entries"]
    assert (said and said["en"]) == entries


@pytest.mark.parametrize(
    ("demonstration", "authority", "state"),
    [(True, "", "UTO"), (False, "", "UTO"), (True, "Passport Office", "UTO"), (False, "Passport Office", "SAU")],
)
def test_the_kingdom_is_named_only_where_an_authority_issues(settings, demonstration, authority, state):
    settings.DEMO, settings.ISSUING_AUTHORITY = demonstration, authority
    assert zone_of(a_visa())[0][2:5] == state


def test_the_number_for_life_is_not_in_the_zone():
    visa = a_visa()
    assert visa.resident.iqama_number not in "".join(zone_of(visa))


def test_someone_without_a_family_name_is_written_with_the_others_alone():
    visa = a_visa(resident=ResidentFactory(family_en="", grandfather_en=""))
    assert zone_of(visa)[0].rstrip("<") == "VSUTOMOHAMMAD<ABDULRAHMAN"


def test_another_system_s_long_visa_number_is_left_out_rather_than_cut():
    assert zone_of(a_visa(number="9" * 17))[1].endswith("<" * 16)
