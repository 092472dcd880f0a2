"""The one door for facts of other authorities: whole files or nothing, and words for every bad row."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, Branch
from muqeem import clock
from muqeem.numbers import luhn_complete
from muqeem.record.models import Event
from residency.imports.faults import BadFile
from residency.imports.loading import KINDS, import_facts, kind_of
from residency.models import Hold, Iqama, Movement, Occupation, Passport, Resident, Visa
from tests.factories import AccountFactory, HoldFactory, PassportFactory, ResidentFactory, VisaFactory

pytestmark = pytest.mark.django_db

EMPLOYER = "7955000001"  # numbers that no factory comes to
HEAD, WIFE, SON, NOBODY = (luhn_complete(f"29550000{n}") for n in range(4))
BORDER = "3955000001"
WRONG = HEAD[:-1] + str((int(HEAD[-1]) + 1) % 10)
RESIDENTS = (
    "iqama_number,border_number,kind,first_ar,family_ar,first_en,family_en,birth_on,gender,nationality,religion,marital_status,"
    "occupation,occupation_ar,occupation_en,employer,head,relationship,phone,entered_on,reported_on\n"
)
A_WORKER = (
    f"{HEAD},{BORDER},worker,أحمد,خان,AHMED,KHAN,1985-03-15,M,PK,muslim,married,2142,مهندس,Engineer,{EMPLOYER},,,0501234567,2019-01-10,\n"
)
A_WIFE = f"{WIFE},,dependant,فاطمة,بيبي,FATIMA,BIBI,1990-01-01,F,PK,muslim,married,,,,,{HEAD},wife,,,\n"


@pytest.fixture
def employer() -> Account:
    return AccountFactory(number=EMPLOYER)


@pytest.fixture
def resident() -> Resident:
    return ResidentFactory(iqama_number=HEAD, border_number=BORDER, passport_until=False, expiring_in=False, insured_until=False)


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., str]:
    """The command with the content of a file; what it said."""

    def run(content: str | bytes, *arguments: str, name: str = "facts.csv") -> str:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = StringIO()
        try:
            call_command("import_facts", str(file), *arguments, stdout=out, stderr=out)
        except CommandError as error:
            return f"{out.getvalue()}{error}"
        return out.getvalue()

    return run


def load(kind: str, content: str | bytes) -> dict[str, int]:
    """What became of the rows of a file."""
    return import_facts(content if isinstance(content, bytes) else content.encode(), kind, file_name=f"{kind}.csv").counts


def faults(kind: str, content: str | bytes) -> list[str]:
    with pytest.raises(BadFile) as bad:
        load(kind, content)
    return [str(fault) for fault in bad.value.faults]


@pytest.fixture(autouse=True)
def _in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def counts(new: int = 0, changed: int = 0, unchanged: int = 0, older: int = 0) -> dict[str, int]:
    return {"new": new, "changed": changed, "unchanged": unchanged, "older": older}


# --- accounts -------------------------------------------------------------------------------------
def test_an_account_comes_with_its_numbers_of_saudis_and_expatriates() -> None:
    assert load("accounts", f"number,name_ar,name_en,saudis,expatriates\n{EMPLOYER},شركة الأفق,Horizon,12,٣٠\n") == counts(new=1)
    account = Account.objects.get(number=EMPLOYER)
    assert (account.name_ar, account.name_en, account.saudis, account.expatriates) == ("شركة الأفق", "Horizon", 12, 30)
    assert account.reported_on == clock.today()


def test_an_equal_row_changes_nothing_a_newer_one_does_and_an_older_one_is_ignored() -> None:
    file = "number,name_ar,saudis,reported_on\n" + EMPLOYER + ",شركة الأفق,{},{}\n"
    assert load("accounts", file.format(5, "2026-03-10")) == counts(new=1)
    assert load("accounts", file.format(5, "2026-03-20")) == counts(unchanged=1)
    assert load("accounts", file.format(7, "2026-03-09")) == counts(older=1)
    assert Account.objects.get().saudis == 5
    assert load("accounts", file.format(7, "2026-03-11")) == counts(changed=1)
    assert (Account.objects.get().saudis, Account.objects.get().reported_on) == (7, date(2026, 3, 11))


def test_a_column_that_is_not_there_says_nothing_and_an_empty_count_neither() -> None:
    AccountFactory(number=EMPLOYER, saudis=9, name_en="HORIZON")
    assert load("accounts", f"number,name_ar,saudis\n{EMPLOYER},شركة أخرى,\n") == counts(changed=1)
    account = Account.objects.get()
    assert (account.name_ar, account.name_en, account.saudis) == ("شركة أخرى", "HORIZON", 9)


@pytest.mark.parametrize(("cell", "full_time"), [("yes", True), ("YES", True), ("no", False), ("", False)])
def test_an_account_says_whether_the_owner_works_there_full_time(cell: str, full_time: bool) -> None:
    AccountFactory(number=EMPLOYER, owner_full_time=not full_time)
    assert load("accounts", f"number,name_ar,owner_full_time\n{EMPLOYER},شركة الأفق للتجارة,{cell}\n") == counts(changed=1)
    assert Account.objects.get().owner_full_time is full_time


def test_an_owner_of_whom_nothing_is_said_does_not_work_there_full_time_or_as_before() -> None:
    file = f"number,name_ar\n{EMPLOYER},شركة الأفق للتجارة\n"
    assert load("accounts", file) == counts(new=1)
    assert Account.objects.get().owner_full_time is False
    Account.objects.update(owner_full_time=True)
    assert load("accounts", file) == counts(unchanged=1)
    assert Account.objects.get().owner_full_time is True


def test_of_the_owner_only_yes_or_no_is_said() -> None:
    (fault,) = faults("accounts", f"number,name_ar,owner_full_time\n{EMPLOYER},شركة الأفق,1\n")
    assert "owner_full_time" in fault
    assert "Use one of: yes, no." in fault


# --- residents ------------------------------------------------------------------------------------
def test_a_resident_comes_with_everything_through_the_gates(employer: Account) -> None:
    assert load("residents", RESIDENTS + A_WORKER) == counts(new=1)
    resident = Resident.objects.get()
    assert (resident.name_ar, resident.name_en, resident.phone) == ("أحمد خان", "AHMED KHAN", "+966501234567")
    assert (resident.sponsor, resident.occupation.titles) == (employer, {"ar": "مهندس", "en": "Engineer"})
    assert (resident.birth_on, resident.entered_on) == (date(1985, 3, 15), date(2019, 1, 10))
    assert Resident.objects.named("احمد").get() == resident


def test_a_resident_imported_twice_is_one(employer: Account) -> None:
    load("residents", RESIDENTS + A_WORKER)
    assert load("residents", RESIDENTS + A_WORKER) == counts(unchanged=1)
    assert load("residents", RESIDENTS + A_WORKER.replace("AHMED", "AHMAD")) == counts(changed=1)
    assert Resident.objects.get().name_en == "AHMAD KHAN"
    assert Resident.objects.named("AHMAD").exists()


def test_a_person_who_gets_an_iqama_number_stays_the_same_person(employer: Account) -> None:
    load("residents", RESIDENTS + A_WORKER.replace(HEAD, "", 1))
    assert load("residents", RESIDENTS + A_WORKER) == counts(changed=1)
    assert Resident.objects.get().iqama_number == HEAD
    assert load("residents", RESIDENTS + A_WORKER.replace(HEAD, "", 1)) == counts(unchanged=1)
    assert Resident.objects.get().iqama_number == HEAD


def test_numbers_of_two_people_in_one_row_are_refused(employer: Account) -> None:
    ResidentFactory(iqama_number=HEAD, border_number="3955000099")
    assert faults("residents", RESIDENTS + A_WORKER) == [
        'Row 2, column "border_number": The register knows this person under another number: 3955000099.'
    ]


def test_dependants_refer_to_a_head_who_may_come_later_in_the_file(employer: Account) -> None:
    assert load("residents", RESIDENTS + A_WIFE + A_WORKER) == counts(new=2)
    wife = Resident.objects.get(iqama_number=WIFE)
    assert (wife.head.iqama_number, wife.sponsor, wife.relationship) == (HEAD, employer, "wife")


def test_dependants_find_their_head_by_border_number_too(employer: Account) -> None:
    load("residents", RESIDENTS + A_WORKER)
    load("residents", RESIDENTS + A_WIFE.replace(HEAD, BORDER))
    assert Resident.objects.get(iqama_number=WIFE).head.iqama_number == HEAD


def test_dependants_follow_their_head_to_another_employer(employer: Account) -> None:
    load("residents", RESIDENTS + A_WORKER + A_WIFE)
    other = AccountFactory(number="7955000002")
    load("residents", RESIDENTS + A_WORKER.replace(EMPLOYER, other.number))
    assert set(Resident.objects.values_list("sponsor__number", flat=True)) == {other.number}


def test_a_branch_does_not_go_along_to_another_employer(employer: Account) -> None:
    heading = "iqama_number,kind,first_ar,first_en,birth_on,gender,nationality,religion,marital_status,employer"
    row = f"{HEAD},worker,أحمد,AHMED,1985-03-15,M,PK,muslim,married,"
    load("residents", f"{heading},branch\n{row}{EMPLOYER},فرع جدة\n")
    assert Resident.objects.get().branch == Branch.objects.get(account=employer, name_ar="فرع جدة")
    AccountFactory(number="7955000002")
    load("residents", f"{heading}\n{row}7955000002\n")
    assert Resident.objects.get().branch is None


def test_only_an_establishment_has_branches() -> None:
    citizen = AccountFactory(citizen=True)
    heading = "iqama_number,kind,first_ar,first_en,birth_on,gender,nationality,religion,marital_status,employer,branch"
    row = f"{HEAD},domestic,أحمد,AHMED,1985-03-15,M,PK,muslim,married,{citizen.number},فرع"
    assert faults("residents", f"{heading}\n{row}\n") == ['Row 2, column "branch": Only an establishment has branches.']


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (A_WIFE, "head", "There is no resident with this number; import residents first."),
        (A_WIFE.replace(HEAD, ""), "head", "A dependant or companion needs a value here."),
        (A_WORKER.replace(",,,0501234567", f",{WIFE},,0501234567"), "head", "Only a dependant or companion has a head of household."),
        (A_WORKER.replace(EMPLOYER, ""), "employer", "A worker needs a value here."),
        (A_WORKER.replace(EMPLOYER, "7955000009"), "employer", "There is no account with this number; import accounts first."),
        (A_WORKER.replace("مهندس", ""), "occupation", "This occupation is new; its titles in Arabic and English are needed."),
        (A_WORKER.replace(HEAD, "").replace(BORDER, ""), "iqama_number", "An iqama number or a border number is needed."),
        (A_WORKER.replace(HEAD, WRONG), "iqama_number", "This iqama number is not correct; check the digits."),
        (A_WORKER.replace("PK", "XX"), "nationality", "Use a two-letter country code, like PK."),
        (A_WORKER.replace(",M,", ",X,"), "gender", "Use one of: M, F."),
        (A_WORKER.replace("1985-03-15", "2077-01-01"), "birth_on", "This day is in the future."),
        (A_WORKER.replace("1985-03-15", "15.3.1985"), "birth_on", "Write the date as 2026-03-15, or as 1447-09-26 in Hijri."),
        (A_WORKER.replace("1985-03-15", "1985-02-30"), "birth_on", "There is no such day: February 1985 has 28 days."),
        (A_WORKER.replace("0501234567", "0112345678"), "phone", "This is a landline; use a mobile starting with 05."),
        (A_WORKER.replace("AHMED", "AHM\u202eED"), "first_en", 'first_en has a hidden character after "AHM"; delete it.'),
        (A_WORKER.replace("AHMED", "AHM\x00ED"), "first_en", 'first_en has a hidden character after "AHM"; delete it.'),
        (A_WORKER.replace("AHMED", "AH5"), "first_en", 'first_en has a character that is not allowed after "AH": DIGIT FIVE.'),
        (A_WORKER.replace("AHMED", "A" * 10_000), "first_en", "At most 40 characters."),
        (A_WORKER.replace("أحمد", ""), "first_ar", "A value is needed here."),
        (A_WORKER.replace(",2019-01-10,\n", ",2019-01-10,2077-01-01\n"), "reported_on", "This day is in the future."),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_reason(employer: Account, row: str, column: str, reason: str) -> None:
    assert faults("residents", RESIDENTS + row) == [f'Row 2, column "{column}": {reason}']
    assert not Resident.objects.exists()


def test_a_dependant_is_nobodys_head(employer: Account) -> None:
    son = A_WIFE.replace(WIFE, SON).replace(HEAD, WIFE)
    expected = 'Row 4, column "head": A dependant is nobody\'s head of household.'
    assert faults("residents", RESIDENTS + A_WORKER + A_WIFE + son) == [expected]
    load("residents", RESIDENTS + A_WORKER + A_WIFE)
    assert faults("residents", RESIDENTS + son) == [expected.replace("4", "2")]


def test_a_head_of_household_does_not_become_a_dependant(employer: Account) -> None:
    load("residents", RESIDENTS + A_WORKER + A_WIFE)
    other = ResidentFactory(iqama_number=SON)
    turned = A_WIFE.replace(HEAD, other.iqama_number).replace(WIFE, HEAD)
    assert faults("residents", RESIDENTS + turned) == ['Row 2, column "head": This person is the head of a household.']


def test_a_dependant_stands_under_the_heads_employer(employer: Account) -> None:
    AccountFactory(number="7955000002")
    elsewhere = A_WIFE.replace(f",,,,{HEAD}", f",,,7955000002,{HEAD}")
    assert faults("residents", RESIDENTS + A_WORKER + elsewhere) == [
        'Row 3, column "employer": A dependant stands under the employer of the head of household.'
    ]
    assert not Resident.objects.exists()


def test_every_bad_row_is_listed_and_nothing_is_half_imported(employer: Account) -> None:
    bad = A_WIFE.replace(WIFE, "12345")
    lost = A_WIFE.replace(WIFE, SON).replace(HEAD, NOBODY)
    assert faults("residents", RESIDENTS + A_WORKER + bad + lost + A_WIFE) == [
        'Row 3, column "iqama_number": An iqama number has 10 digits and starts with 2.',
        'Row 4, column "head": There is no resident with this number; import residents first.',
    ]
    assert not Resident.objects.exists()
    assert not Occupation.objects.exists()
    assert not Event.objects.exists()


def test_a_bad_row_of_a_head_is_not_held_against_the_family(employer: Account) -> None:
    assert faults("residents", RESIDENTS + A_WORKER.replace("PK", "XX") + A_WIFE) == [
        'Row 2, column "nationality": Use a two-letter country code, like PK.'
    ]


def test_the_same_person_twice_is_said_with_both_rows(employer: Account) -> None:
    assert faults("residents", RESIDENTS + A_WORKER + A_WIFE + A_WORKER) == [
        'Row 4, column "border_number": The same resident is in rows 2 and 4.',
        'Row 4, column "iqama_number": The same resident is in rows 2 and 4.',
    ]


# --- the file -------------------------------------------------------------------------------------
ACCOUNTS = f"number,name_ar\n{EMPLOYER},شركة الأفق\n"


@pytest.mark.parametrize(
    "content",
    [
        ACCOUNTS.encode("utf-8-sig"),
        ACCOUNTS.replace(",", ";").encode(),
        ACCOUNTS.replace("\n", "\r\n").encode(),
        ACCOUNTS.replace("\n", "\r").encode(),
        ACCOUNTS.encode("cp1256"),
        b"\n\n" + ACCOUNTS.encode() + b"\n,,\n",
        ACCOUNTS.replace("number", ' "NUMBER" '.strip()).encode(),
        ACCOUNTS.replace("شركة الأفق", '"شركة الأفق"').encode(),
    ],
    ids=["mark", "semicolons", "windows", "old mac", "windows-1256", "empty rows", "capitals", "quotes"],
)
def test_files_come_as_other_programs_write_them(content: bytes) -> None:
    assert load("accounts", content) == counts(new=1)
    assert Account.objects.get().name_ar == "شركة الأفق"


def test_windows_1256_is_said(command: Callable[..., str]) -> None:
    assert "The file was read as Windows-1256." in command(ACCOUNTS.encode("cp1256"), name="accounts.csv")


QUOTATION = "A quotation mark that opens here is not closed, or stands inside a cell."


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"name_ar\n", 'The column "number" is missing.'),
        (b"number,name_ar,nmae_en\n", 'The column "nmae_en" is not known.'),
        (b"number,name_ar,number\n", 'The column "number" is there twice.'),
        (b"number,name_ar\n7955000001,A,B\n", "Row 2: The row has more cells than the heading has columns."),
        (b'number,name_ar\n7955000001,A\n7955000002,"B\n', f"Row 3: {QUOTATION}"),
        (b'number,name_ar\n7955000001,"A"B\n', f"Row 2: {QUOTATION}"),
        (ACCOUNTS.encode() + b"7955000002,\xd8\n", "Row 3: The file is not valid UTF-8 here."),
        (ACCOUNTS.encode() + b"7955000002,\xed\xa0\x80\n", "Row 3: The file is not valid UTF-8 here."),
        (ACCOUNTS.encode("utf-16"), "Use a CSV file in UTF-8."),
        (b"PK\x03\x04\x14", "Use a CSV file in UTF-8."),
        (b"number,name_ar,x\x1b[31m\n", 'The column "x\ufffd[31m" is not known.'),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(content: bytes, fault: str) -> None:
    assert faults("accounts", content) == [fault]
    assert not Account.objects.exists()


def test_rows_are_counted_by_lines_as_an_editor_shows_them() -> None:
    content = f'number,name_ar,name_en\n7955000001,شركة,"two\nlines"\n\n{EMPLOYER}x,شركة,\n'
    assert faults("accounts", content)[0].startswith('Row 5, column "number"')


def test_a_column_without_a_name_is_not_read() -> None:
    assert load("accounts", f"number,name_ar,\n{EMPLOYER},شركة,a note\n") == counts(new=1)


def test_a_short_row_has_empty_cells_at_its_end() -> None:
    assert load("accounts", f"number,name_ar,name_en\n{EMPLOYER},شركة\n") == counts(new=1)


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: b"number,name_ar\n" + text.encode(errors="replace")))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_a_file_it_is_imported_or_refused_in_words(content: bytes) -> None:
    try:
        load("accounts", content)
    except BadFile as bad:
        said = [str(fault) for fault in bad.faults]
    else:
        said = ["imported"]
    assert all(said)


# --- passports ------------------------------------------------------------------------------------
PASSPORTS = "resident,number,country,issued_on,expires_on\n"


def test_a_new_passport_replaces_the_one_on_record(resident: Resident) -> None:
    old = PassportFactory(resident=resident, number="AB1", country="PK", issued_on=date(2016, 1, 1), expires_on=date(2026, 1, 1))
    assert load("passports", PASSPORTS + f"{HEAD},ab2,pk,2025-12-01,2035-12-01\n") == counts(new=1)
    assert resident.passport.number == "AB2"
    old.refresh_from_db()
    assert old.replaced_on == date(2025, 12, 1)


def test_an_old_passport_that_comes_late_does_not_replace_the_newer(resident: Resident) -> None:
    PassportFactory(resident=resident, number="AB2", country="PK", issued_on=date(2025, 12, 1), expires_on=date(2035, 12, 1))
    assert load("passports", PASSPORTS + f"{HEAD},AB1,PK,2016-01-01,2026-01-01\n") == counts(new=1)
    assert resident.passport.number == "AB2"
    assert Passport.objects.get(number="AB1").replaced_on == date(2025, 12, 1)
    assert load("passports", PASSPORTS + f"{HEAD},AB1,PK,2016-01-01,2026-01-01\n") == counts(unchanged=1)


def test_a_passport_of_somebody_else_or_two_in_use_are_refused(resident: Resident) -> None:
    PassportFactory(number="AB1", country="PK")
    assert faults("passports", PASSPORTS + f"{HEAD},AB1,PK,2016-01-01,2026-01-01\n") == [
        'Row 2, column "resident": The register knows this under another resident.'
    ]
    assert faults("passports", PASSPORTS + f"{HEAD},AB7,PK,2016-01-01,2026-01-01\n{BORDER},AB8,PK,2020-01-01,2030-01-01\n") == [
        'Row 3, column "resident": The same passport, or two passports in use of one resident, are in rows 2 and 3.'
    ]
    assert faults("passports", PASSPORTS + f"{HEAD},AB7,PK,2026-01-01,2016-01-01\n{NOBODY},AB9,PK,,2030-01-01\n") == [
        'Row 2, column "expires_on": This day is not after the day of issue.',
        'Row 3, column "resident": There is no resident with this number; import residents first.',
    ]


# --- permits --------------------------------------------------------------------------------------
PERMITS = "resident,version,issued_on,starts_on,expires_on,months\n"


def test_permits_are_versions_and_lateness_follows_from_the_version_before(resident: Resident) -> None:
    rows = f"{HEAD},2,2025-03-26,2025-03-16,2026-03-16,12\n{HEAD},1,2024-03-16,2024-03-16,2025-03-16,12\n"
    assert load("permits", PERMITS + rows) == counts(new=2)
    assert list(resident.iqamas.order_by("version").values_list("version", "days_late")) == [(1, 0), (2, 10)]
    assert load("permits", PERMITS + rows) == counts(unchanged=2)
    assert load("permits", PERMITS + f"{HEAD},2,2025-03-20,2025-03-16,2026-03-16,12\n") == counts(changed=1)
    assert Iqama.objects.get(version=2).days_late == 4


def test_hijri_dates_are_told_by_their_year(resident: Resident) -> None:
    load("permits", PERMITS + f"{HEAD},1,1446/09/16,١٤٤٦-٠٩-١٦,1447-09-26,\n")
    iqama = Iqama.objects.get()
    assert (iqama.starts_on, iqama.expires_on, iqama.months) == (date(2025, 3, 16), date(2026, 3, 15), None)


def test_a_permit_that_cannot_be_is_refused(resident: Resident) -> None:
    days = "2025-01-01,2025-01-01,2026-01-01"
    rows = f"{HEAD},0,2025-01-01,2025-01-01,2025-01-01,999\n{HEAD},1,{days},x\n{HEAD},3,{days},\n{BORDER},3,{days},\n"
    assert faults("permits", PERMITS + rows) == [
        'Row 2, column "expires_on": This day is not after the first day.',
        'Row 2, column "months": At most 120 months.',
        'Row 2, column "version": Versions begin with 1.',
        'Row 3, column "months": Write a whole number, like 12.',
        'Row 5, column "version": The same version is in rows 4 and 5.',
    ]


# --- visas ----------------------------------------------------------------------------------------
VISAS = "number,resident,kind,issued_on,leave_before,return_before,cancelled_on\n"


def test_a_visa_ends_with_its_later_day(resident: Resident) -> None:
    assert load("visas", VISAS + f"6900000001,{HEAD},single,2026-01-01,2026-03-01,2026-04-01,\n") == counts(new=1)
    assert Visa.objects.get().ends_on == date(2026, 4, 1)
    assert load("visas", VISAS + f"6900000001,{HEAD},single,2026-01-01,2026-03-01,2026-04-01,\n") == counts(unchanged=1)


def test_two_open_visas_of_one_person_are_refused_with_their_row(resident: Resident) -> None:
    open_visa = VisaFactory(resident=resident, number="6900000001", issued_on=date(2026, 1, 1), ends_on=date(2026, 3, 1))
    fault = 'Row {}, column "number": Visa 6900000001 of this resident is open at the same time.'
    row = f"6900000002,{HEAD},final,2026-02-01,2026-04-01,,\n"
    assert faults("visas", VISAS + row) == [fault.format(2)]
    closing = f"{open_visa.number},{HEAD},single,2026-01-01,2026-03-01,2026-03-01,2026-01-20\n"
    assert load("visas", VISAS + row + closing) == counts(new=1, changed=1)


def test_a_visa_without_a_last_day_or_of_another_person_is_refused(resident: Resident) -> None:
    VisaFactory(number="6900000009")
    rows = f"6900000001,{HEAD},single,2026-01-01,,,\n6900000002,{HEAD},single,2026-01-01,2025-01-01,,\n"
    rows += f"6900000009,{HEAD},single,2026-05-01,2026-06-01,,\n"
    assert faults("visas", VISAS + rows) == [
        'Row 2, column "ends_on": A last day is needed here, or a day to leave or to return.',
        'Row 3, column "ends_on": This day is before the day of issue.',
    ]
    assert faults("visas", VISAS + rows.splitlines()[2]) == ['Row 2, column "resident": The register knows this under another resident.']


# --- what is reported -----------------------------------------------------------------------------
def test_a_crossing_says_where_somebody_is_and_with_which_visa(resident: Resident) -> None:
    visa = VisaFactory(resident=resident, number="6900000001")
    file = "reference,resident,direction,crossed_on,port,visa\n"
    day = clock.today() - timedelta(days=3)
    assert load("movements", f"{file}M1,{HEAD},out,{day},مطار الملك خالد,6900000001\n") == counts(new=1)
    assert resident.outside_since() == day
    assert Movement.objects.get().visa == visa
    other = VisaFactory(number="6900000002")
    assert faults("movements", f"{file}M2,{HEAD},in,{clock.today() + timedelta(days=1)},,\nM3,{HEAD},in,{day},,{other.number}\n") == [
        'Row 2, column "crossed_on": This day is in the future.',
        'Row 3, column "visa": This resident has no visa with this number; import visas first.',
    ]


def test_cleared_on_ends_a_hold(resident: Resident) -> None:
    file = "reference,kind,resident,since_on,amount,cleared_on\n"
    assert load("holds", f"{file}H1,traffic,{HEAD},2026-01-05,1500.5,\n") == counts(new=1)
    hold = Hold.objects.get()
    assert (hold.amount, hold.resident) == (Decimal("1500.50"), resident)
    assert Hold.objects.standing(clock.today()).exists()
    assert load("holds", f"{file}H1,traffic,{HEAD},2026-01-05,1500.50,{clock.today()}\n") == counts(changed=1)
    assert not Hold.objects.standing(clock.today()).exists()


def test_a_hold_is_against_a_resident_or_an_account(resident: Resident, employer: Account) -> None:
    file = "reference,kind,resident,account,since_on,amount,cleared_on\n"
    assert load("holds", f"{file}H1,arrears,,{EMPLOYER},2026-01-05,11200,\n") == counts(new=1)
    assert Hold.objects.get().account == employer
    rows = f"H2,arrears,{HEAD},{EMPLOYER},2026-01-05,,\nH3,arrears,,,2026-01-05,,\n"
    rows += f"H4,vehicle,{HEAD},,2026-01-05,-4,2026-01-01\nH1,arrears,{HEAD},,2026-01-05,11200,\n"
    assert faults("holds", file + rows) == [
        'Row 2, column "resident": A hold is against a resident or an account, one of the two.',
        'Row 3, column "resident": A hold is against a resident or an account, one of the two.',
        'Row 4, column "amount": Write the amount as 1500 or 1500.50.',
    ]
    assert faults("holds", file + rows.splitlines()[3]) == ['Row 2, column "resident": The register knows this under another resident.']
    assert faults("holds", f"{file}H4,vehicle,{HEAD},,2026-01-05,,2026-01-01\n") == [
        'Row 2, column "cleared_on": This day is before the first day.'
    ]


def test_a_hold_does_not_pass_to_another_resident(resident: Resident) -> None:
    HoldFactory(reference="H1")
    file = f"reference,kind,resident,since_on\nH1,traffic,{HEAD},2026-01-05\n"
    assert faults("holds", file) == ['Row 2, column "resident": The register knows this under another resident.']


def test_a_clearance_lasts_until_its_day(resident: Resident) -> None:
    file = "reference,kind,resident,from_on,until_on,authority\n"
    assert load("clearances", f"{file}C1,insurance,{BORDER},2026-01-01,2027-01-01,شركة التأمين\n") == counts(new=1)
    assert resident.clearances.get(kind="insurance").until_on == date(2027, 1, 1)
    assert faults("clearances", f"{file}C1,insurance,{HEAD},2026-01-01,2025-01-01,\nC2,x,{HEAD},2026-01-01,2027-01-01,\n") == [
        'Row 2, column "until_on": This day is before the first day.',
        'Row 3, column "kind": Use one of: insurance, work-permit, medical, labour-approval, study, unmarried.',
    ]
    assert faults("clearances", f"{file}C5,study,{HEAD},2026-01-01,2027-01-01,\nC5,study,{HEAD},2026-01-01,2027-01-01,\n") == [
        'Row 3, column "reference": The same reference is in rows 2 and 3.'
    ]


# --- the command ----------------------------------------------------------------------------------
def test_the_command_counts_and_seals_one_event(command: Callable[..., str]) -> None:
    said = command(ACCOUNTS, name="2026-11 accounts.csv")
    assert said == "accounts: 1 new, 0 changed, 0 unchanged, 0 older and ignored\n"
    event = Event.objects.get()
    assert (event.kind, event.subject, event.data["facts"], event.data["new"]) == ("import", "2026-11 accounts.csv", "accounts", 1)
    assert event.seq is not None


def test_the_command_lists_what_is_wrong_and_imports_nothing(command: Callable[..., str]) -> None:
    said = command(ACCOUNTS + "79,شركة\n,\n8,شركة\n", "--kind", "accounts")
    assert said.splitlines() == [
        'Row 3, column "number": An establishment number has 10 digits and starts with 7.',
        'Row 5, column "number": An employer number has 10 digits and starts with 1, 2 or 7.',
        "Nothing was imported: 2 faults.",
    ]
    assert not Account.objects.exists()


def test_the_kind_is_told_by_the_name_or_asked_for(command: Callable[..., str], tmp_path: Path) -> None:
    assert {kind_of(f"2026-{kind.upper()}.csv") for kind in KINDS} == set(KINDS)
    assert kind_of("residents and visas.csv") is None
    assert command(ACCOUNTS, name="x.csv") == "The file's name does not tell its kind; add --kind."
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_facts", str(tmp_path / "accounts.csv"))


def test_what_the_database_refuses_is_said_and_nothing_stays(monkeypatch: pytest.MonkeyPatch, resident: Resident) -> None:
    monkeypatch.setattr("residency.imports.papers.Visas.before", lambda *_: None)
    rows = f"6900000001,{HEAD},single,2026-01-01,2026-03-01,,\n6900000002,{HEAD},single,2026-01-01,2026-03-01,,\n"
    [fault] = faults("visas", VISAS + rows)
    assert "visa_one_open" in fault
    assert not Visa.objects.exists()


def test_many_rows_take_few_queries(employer: Account, django_assert_max_num_queries: Any) -> None:
    rows = [A_WORKER.replace(HEAD, "").replace(BORDER, f"{3_956_000_000 + place}") for place in range(300)]
    with django_assert_max_num_queries(30):
        assert load("residents", RESIDENTS + "".join(rows)) == counts(new=300)


def test_every_column_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
    for kind in KINDS.values():
        section = text.split(f"## {kind.name}\n")[1].split("\n## ")[0]
        documented = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        assert documented == [column.name for column in kind.columns]
