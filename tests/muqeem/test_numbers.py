"""Identifiers, codes and mobile numbers at their gate."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from muqeem import numbers

CLEANERS = [
    numbers.clean_iqama,
    numbers.clean_national_id,
    numbers.clean_border,
    numbers.clean_establishment,
    numbers.clean_sponsor,
    numbers.clean_passport,
    numbers.clean_visa_number,
    numbers.clean_code,
    numbers.clean_phone,
]
MARKS_OF_DIRECTION = [chr(c) for c in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
HOSTILE = st.text() | st.text(st.sampled_from("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ +-()²１\u200f\u200b\n\0\ud800aB"))


def refusal(cleaner, text):
    """What the gate says of a text, in English."""
    with override("en"), pytest.raises(ValidationError) as raised:
        cleaner(text)
    return raised.value.messages


@pytest.mark.parametrize("number", ["1000000008", "2000000006", "2123456788", "2345678904", "3000000004", "4123456784"])
def test_numbers_with_their_check_digit_are_recognised(number):
    assert numbers.luhn_valid(number)


@pytest.mark.parametrize("number", ["1000000000", "1071724369", "", "200000000", "20000000060", "٢٠٠٠٠٠٠٠٠٦", "2000000006\n"])
def test_other_numbers_are_not(number):
    assert not numbers.luhn_valid(number)


@given(st.from_regex(r"\A[0-9]{9}\Z"))
def test_a_completed_number_is_valid_and_any_other_last_digit_is_not(nine):
    number = numbers.luhn_complete(nine)
    assert [last for last in "0123456789" if numbers.luhn_valid(nine + last)] == [number[9]]


@given(st.from_regex(r"\A[0-9]{9}\Z"), st.integers(0, 9), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(nine, place, difference):
    number = numbers.luhn_complete(nine)
    wrong = str((int(number[place]) + difference) % 10)
    assert not numbers.luhn_valid(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize("nine", ["", "12345678", "1234567890", "١٢٣٤٥٦٧٨٩"])
def test_only_nine_ascii_digits_can_be_completed(nine):
    with pytest.raises(ValueError, match="nine ASCII digits"):
        numbers.luhn_complete(nine)


@pytest.mark.parametrize(
    "typed",
    ["2123456788", "٢١٢٣٤٥٦٧٨٨", "۲۱۲۳۴۵۶۷۸۸", "٢1۲3456788", " 2 123 456 788\n", "\u00a02\u202f123456788\t"]
    + [f"{mark}212{mark}3456788{mark}" for mark in MARKS_OF_DIRECTION],
)
def test_digits_of_any_keyboard_spaces_and_marks_of_direction_are_mended(typed):
    assert numbers.clean_iqama(typed) == "2123456788"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "212345678",
        "21234567880",
        "1123456788",
        "212345678２",  # full-width
        "212345678²",
        "२१२३४५६७८८",  # Devanagari
        "2123\u200b456788",  # zero-width space
        "2123\u200d456788",
        "\ufeff2123456788",
        "2123456788\0",
        "2123456788\x1c",
        "2123-456-788",
        "2123456788\ud800",
        "2" * 10_000,
    ],
)
def test_nothing_else_is_mended(typed):
    assert refusal(numbers.clean_iqama, typed) == ["An iqama number has 10 digits and starts with 2."]


@pytest.mark.parametrize(
    ("cleaner", "typed", "sentence"),
    [
        (numbers.clean_iqama, "2123456789", "This iqama number is not correct; check the digits."),
        (numbers.clean_national_id, "2123456788", "A national ID has 10 digits and starts with 1."),
        (numbers.clean_national_id, "1000000000", "This national ID number is not correct; check the digits."),
        (numbers.clean_border, "6123456781", "A border number has 10 digits and starts with 3, 4 or 5."),
        (numbers.clean_establishment, "8000000000", "An establishment number has 10 digits and starts with 7."),
        (numbers.clean_sponsor, "3000000004", "An employer number has 10 digits and starts with 1, 2 or 7."),
        (numbers.clean_sponsor, "", "An employer number has 10 digits and starts with 1, 2 or 7."),
        (numbers.clean_sponsor, "1000000000", "This national ID number is not correct; check the digits."),
        (numbers.clean_sponsor, "2123456789", "This iqama number is not correct; check the digits."),
        (numbers.clean_sponsor, "712", "An establishment number has 10 digits and starts with 7."),
        (numbers.clean_passport, "", "A passport number has up to 15 Latin letters and digits, no spaces."),
        (numbers.clean_passport, "A1 234", "A passport number has up to 15 Latin letters and digits, no spaces."),
        (numbers.clean_passport, "A" * 16, "A passport number has up to 15 Latin letters and digits, no spaces."),
        (numbers.clean_passport, "АB123", "A passport number has up to 15 Latin letters and digits, no spaces."),
        (numbers.clean_passport, "ſ123", "A passport number has up to 15 Latin letters and digits, no spaces."),
        (numbers.clean_visa_number, "12a", "A visa number has digits only."),
        (numbers.clean_visa_number, "1" * 21, "At most 20 characters."),
        (numbers.clean_code, "12345", "A security code has 6 digits."),
        (numbers.clean_code, "12345²", "A security code has 6 digits."),
        (numbers.clean_code, "1234567", "A security code has 6 digits."),
        (numbers.clean_phone, "0112345678", "This is a landline; use a mobile starting with 05."),
        (numbers.clean_phone, "+966 12 654 3210", "This is a landline; use a mobile starting with 05."),
        (numbers.clean_phone, "+971501234567", "Use a Saudi mobile number starting with 05."),
        (numbers.clean_phone, "0044 7911 123456", "Use a Saudi mobile number starting with 05."),
    ],
)
def test_each_refusal_has_its_sentence(cleaner, typed, sentence):
    assert refusal(cleaner, typed) == [sentence]


@pytest.mark.parametrize(
    "typed", ["", "+", "1", "050123456", "05012345678", "920012345", "8001234567", "0501234567 ext 5", "٠５٠1234567", "0" * 10_000]
)
def test_what_is_no_mobile_number_is_told_what_one_looks_like(typed):
    assert refusal(numbers.clean_phone, typed) == ["A mobile number has 10 digits and starts with 05, like 0501234567."]


@pytest.mark.parametrize(
    "typed",
    [
        "0501234567",
        "٠٥٠١٢٣٤٥٦٧",
        "۰۵۰ ۱۲۳ ۴۵۶۷",
        "+966501234567",
        "00966 50 123 4567",
        "966501234567",
        "+966 (0) 50-123-4567",
        "\u202a+966 50 123 4567\u202c",
    ],
)
def test_a_mobile_number_is_kept_in_one_spelling(typed):
    assert numbers.clean_phone(typed) == "+966501234567"


def test_mobile_numbers_of_ranges_not_yet_given_out_are_accepted():
    assert numbers.clean_phone("0521234567") == "+966521234567"


@pytest.mark.parametrize(
    ("cleaner", "typed", "kept"),
    [
        (numbers.clean_national_id, "١٠٠٠٠٠٠٠٠٨", "1000000008"),
        (numbers.clean_border, "3000000001", "3000000001"),
        (numbers.clean_border, "5123456781", "5123456781"),
        (numbers.clean_establishment, "7000000001", "7000000001"),
        (numbers.clean_sponsor, "1000000008", "1000000008"),
        (numbers.clean_sponsor, "2123456788", "2123456788"),
        (numbers.clean_sponsor, "7900000001", "7900000001"),
        (numbers.clean_passport, " ab1٢۳4567\u200f ", "AB1234567"),
        (numbers.clean_visa_number, "٦١ 2345 6789", "6123456789"),
        (numbers.clean_code, "١٢٣ ٤٥٦", "123456"),
        (numbers.clean_code, "۰۱۲۳۴۵", "012345"),
    ],
)
def test_each_kind_of_number_is_kept_in_ascii(cleaner, typed, kept):
    assert cleaner(typed) == kept


def test_only_two_sets_of_digits_and_thirteen_marks_are_touched():
    changed = [chr(c) for c in range(0x110000) if numbers.ascii_digits(f"x{chr(c)}x") != f"x{chr(c)}x"]
    assert changed == sorted([*"٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", *MARKS_OF_DIRECTION])


@pytest.mark.parametrize("cleaner", CLEANERS)
def test_any_text_is_kept_as_plain_ascii_or_refused_in_words(cleaner):
    @given(HOSTILE)
    def judged(text):
        try:
            kept = cleaner(text)
        except ValidationError as error:
            assert all(error.messages)
        else:
            assert kept.isascii()
            assert kept.isprintable()
            assert cleaner(kept) == kept

    judged()


@pytest.mark.parametrize("cleaner", CLEANERS)
@pytest.mark.parametrize("text", ["\ud800", "\0", "9" * 10_000, "+" * 10_000, "\u200f" * 10_000])
def test_hostile_text_is_refused_in_words(cleaner, text):
    assert all(refusal(cleaner, text))


def test_a_kept_mobile_number_is_shown_in_three_groups():
    assert numbers.show_phone("+966501234567") == "050 123 4567"


@pytest.mark.parametrize("text", ["", "+971501234567", "0501234567", "+966501234567\n"])
def test_any_other_number_is_shown_as_it_is(text):
    assert numbers.show_phone(text) == text
