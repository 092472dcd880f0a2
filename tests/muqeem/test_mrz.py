"""The machine-readable zone: the examples that Doc 9303 publishes, and what another's reader reads."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mrz.checker.mrva import MRVACodeChecker

from muqeem import countries, mrz
from muqeem.names import LATIN_LETTERS

ANNA = {
    "kind": "",
    "state": "UTO",
    "primary": "Eriksson",
    "secondary": "Anna Maria",
    "number": "EK0000188",
    "nationality": "BD",
    "birth_on": date(1988, 3, 14),
    "sex": "F",
    "until_on": date(2027, 5, 21),
}


def zone(**changes) -> tuple[str, str]:
    return mrz.visa(**ANNA | changes)


def name(primary: str, secondary: str) -> str:
    return mrz.name_field(primary, secondary).rstrip("<")


# --- as published -------------------------------------------------------------------------------
def test_the_visa_of_the_document_itself(monkeypatch):
    monkeypatch.setattr(mrz, "state_code", lambda _code: "XXX")  # nobody's nationality; the register knows countries only
    lines = zone(number="L8988901C", birth_on=date(1940, 9, 7), until_on=date(1996, 12, 10), optional="6ZE184226B")
    assert lines == ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")


@pytest.mark.parametrize(
    ("primary", "secondary", "expected"),
    [
        ("HENG", "DEBORAH MING LO", "HENG<<DEBORAH<MING<LO"),
        ("SMITH-JONES", "SUSIE MARGARET", "SMITH<JONES<<SUSIE<MARGARET"),
        ("O'CONNOR", "ENYA SIOBHAN", "OCONNOR<<ENYA<SIOBHAN"),
        ("VAN DER MUELLEN", "MARTIN", "VAN<DER<MUELLEN<<MARTIN"),
        ("AL-BASRI", "HUDA MUHAMMAD JAWAD", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD"),
        ("ARKFREITH", "", "ARKFREITH"),
        ("SATRIYA SUDARPA", "", "SATRIYA<SUDARPA"),
        ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
        ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
        ("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI"),
        ("PAPANDROPOULOUS", "JONATHON WARREN TREVOR", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
    ],
)
def test_names_are_written_and_cut_as_in_the_published_examples(primary, secondary, expected):
    assert name(primary, secondary) == expected


@pytest.mark.parametrize(("signs", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("", "0"), ("<<<<<<<<<", "0"), ("L8988901C", "4")])
def test_check_digits_are_the_published_ones(signs, digit):
    assert mrz.check_digit(signs) == digit


def test_every_single_mistake_in_a_date_changes_its_digit():
    right = "880314"
    for place, sign in enumerate(right):
        for other in set("0123456789") - {sign}:
            assert mrz.check_digit(right[:place] + other + right[place + 1 :]) != mrz.check_digit(right)


# --- names --------------------------------------------------------------------------------------
def test_someone_without_a_family_name_has_all_names_in_the_first_part():
    assert name("", "ANNA MARIA") == name("ANNA MARIA", "") == "ANNA<MARIA"


def test_hyphens_part_and_apostrophes_join():
    assert name("AL-ŞÂLIH D’ARCY", "J.-P.") == "AL<SALIH<DARCY<<J<P"


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("MÜLLER", "MUELLER"),
        ("ÅSE", "AASE"),
        ("ØRSTED", "OERSTED"),
        ("ÞÓR", "THOR"),
        ("ŁUKASZ", "LUKASZ"),
        ("PEÑA", "PENA"),
        ("GROẞ", "GROSS"),
    ],
)
def test_letters_with_marks_are_written_as_the_document_recommends(letters, expected):
    assert name(letters, "") == expected


def test_every_latin_letter_of_the_register_has_letters_in_the_zone():
    for letter in LATIN_LETTERS:
        assert name(letter, "").isalpha()


@pytest.mark.parametrize("sign", ["م", "Я", "7", "<", "\u202e"])
def test_what_is_no_latin_letter_has_no_place_in_the_zone(sign):
    with pytest.raises(ValueError, match=f"U\\+{ord(sign):04X}"):
        mrz.name_field(f"A{sign}", "")


def test_a_cut_that_falls_between_two_words_still_ends_in_a_letter():
    assert name("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONGS KRASUANG") == "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"


def test_a_name_of_one_part_that_is_cut_ends_in_a_letter_too():
    assert mrz.name_field("", f"{'A' * 31} BCDEFGHI") == f"{'A' * 31}<BCDEFGH"


def test_the_longest_names_of_the_register_keep_a_letter_of_either_part():
    assert name("W" * 40, "ABDULRAHMAN " + "M" * 40) == "W" * 36 + "<<A"
    assert name("W" * 40, "") == "W" * 39
    assert name("A " * 20, "B") == "A<" * 17 + "A<<B"


words = st.text(alphabet=sorted(LATIN_LETTERS) + list(" -"), max_size=40)


@given(primary=words, secondary=words)
def test_whatever_the_register_holds_fills_the_field_and_a_cut_ends_in_a_letter(primary, secondary):
    field = mrz.name_field(primary, secondary)
    assert len(field) == mrz.NAME_WIDTH
    assert set(field) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ<")
    parts = [mrz.words(primary), mrz.words(secondary)]
    assume(any(parts))
    whole = "<<".join("<".join(part) for part in parts if part)
    if len(whole) <= mrz.NAME_WIDTH:
        assert field.rstrip("<") == whole
    else:
        assert field[-1].isalpha()
        assert "<<<" not in field
        assert field.count("<<") == (1 if all(parts) else 0)
    for part, shown in zip(filter(None, parts), field.rstrip("<").split("<<"), strict=True):
        assert shown[0] == part[0][0]


# --- the other fields ---------------------------------------------------------------------------
def test_a_long_passport_number_is_shown_by_its_first_nine_signs():
    assert zone(number="AB-1234567890")[1].startswith("AB<123456" + mrz.check_digit("AB<123456"))


def test_a_sex_that_is_not_told_is_a_filler():
    assert zone(sex="")[1][20] == "<"


def test_germany_has_one_letter_and_the_others_three():
    assert zone(nationality="DE")[1][10:13] == "D<<"
    assert zone(nationality="BD")[1][10:13] == "BGD"
    assert all(mrz.state_code(code).isalpha() for code in countries.codes())


def test_what_does_not_fit_its_field_is_refused_rather_than_cut():
    with pytest.raises(ValueError, match="room for 16"):
        zone(optional="9" * 17)


# --- read by another ----------------------------------------------------------------------------
@given(
    primary=words.filter(mrz.words),
    secondary=words.filter(mrz.words),
    number=st.from_regex(r"\A[A-Z0-9]{1,9}\Z"),
    nationality=st.sampled_from(["BD", "IN", "PK", "EG", "PH", "YE", "DE", "ID", "SD"]),
    kind=st.sampled_from(["", "S", "M", "F"]),
    birth_on=st.dates(date(1940, 1, 1), date(2020, 12, 31)),
    sex=st.sampled_from(["M", "F"]),
    optional=st.from_regex(r"\A[0-9]{10}\Z"),
)
def test_another_reader_reads_what_was_written(**written):
    lines = zone(**written)
    read = MRVACodeChecker("\n".join(lines))
    assert bool(read), read.report.falses
    fields = read.fields()
    family, given_names = lines[0][5:].rstrip("<").split("<<")
    assert (fields.surname, fields.name) == (family.replace("<", " "), given_names.replace("<", " "))
    assert fields.document_type == f"V{written['kind']}"
    assert fields.country == "UTO"
    assert fields.nationality == mrz.state_code(written["nationality"])
    assert fields.document_number == written["number"]
    assert fields.birth_date == f"{written['birth_on']:%y%m%d}"
    assert fields.sex == written["sex"]
    assert fields.expiry_date == "270521"
    assert fields.optional_data == written["optional"]


def test_another_reader_notices_a_changed_day():
    upper, lower = zone()
    assert not MRVACodeChecker(f"{upper}\n{lower.replace('270521', '280521')}")
