"""What lies on the desk, read: seals, numbers, keyboards that stand on Arabic, scanners that say too much."""

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from muqeem import seal, serials
from residency.desk import keyboard
from residency.desk.reading import Kind, Reading, Seal, Unreadable, clean_card_serial, read

WINDOWS = dict(zip("acdefghijklmnopqrstuvwxyz", "شؤيثبلاهتنمةىخحضقسفعرصءغئ", strict=True)) | {"b": "لا"}
WINDOWS |= dict(zip("QWERTYUIOP", ["\u064e", "\u064b", "\u064f", "\u064c", "لإ", "إ", "‘", "÷", "×", "؛"], strict=True))
WINDOWS |= dict(zip("ASDFGHJKL", ["\u0650", "\u064d", "]", "[", "لأ", "أ", "ـ", "،", "/"], strict=True))
WINDOWS |= dict(zip("ZXCVBNM", ["~", "\u0652", "}", "{", "لآ", "آ", "’"], strict=True))
WINDOWS |= {"[": "ج", "]": "د", ";": "ك", "'": "ط", ",": "و", ".": "ز", "/": "ظ", "`": "ذ", "?": "؟", "<": ",", ">": "."}
LINUX = WINDOWS | {"b": "ﻻ", "B": "ﻵ", "G": "ﻷ", "T": "ﻹ", "U": "`", "M": "'"}
LINUX_IN_ARABIC_DIGITS = LINUX | dict(zip("0123456789", "٠١٢٣٤٥٦٧٨٩", strict=True))
LAYOUTS = {"Windows": WINDOWS, "Linux": LINUX, "Linux, Arabic digits": LINUX_IN_ARABIC_DIGITS}

SITE = "https://portal.example/check/#"


def typed_through(layout: dict[str, str], text: str) -> str:
    """What arrives when a scanner presses the keys of the text."""
    return "".join(layout.get(sign, sign) for sign in text)


def sealed(serial: str = "", last_four: str = "0188", year: int = 1990, day: date = date(2026, 11, 22)) -> str:
    dates = {"issued_on": day, "until_on": date(day.year + 1, 12, 21)}
    return seal.seal(seal.Payload(serial or serials.new_serial(), "iqama-renewal", last_four, year, dates))


def number_of(reading: Reading) -> tuple[Kind, str]:
    return reading.kind, reading.number


pages = st.builds(
    sealed,
    serial=st.text(serials.SIGNS, min_size=11, max_size=11).map(lambda body: body + serials._check_sign(body)),
    last_four=st.from_regex("[0-9]{4}", fullmatch=True),
    year=st.integers(1920, 2026),
    day=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)


# --- seals ---


def test_the_address_of_a_page_is_known_in_the_keys_of_an_arabic_keyboard() -> None:
    assert keyboard.keys_of("اففحس") == "https"


def test_a_seal_is_read_and_found_genuine() -> None:
    text = sealed("7K3M9PQ2XRTE"[:11] + serials._check_sign("7K3M9PQ2XRTE"[:11]))
    assert read(SITE + text) == [Reading(Kind.SEAL, text[:12], Seal.GENUINE, text)]


@given(text=pages, layout=st.sampled_from(sorted(LAYOUTS)))
@settings(max_examples=200, deadline=None)
def test_whatever_a_page_says_its_seal_survives_the_arabic_keyboard(text: str, layout: str) -> None:
    assert read(typed_through(LAYOUTS[layout], SITE + text)) == [Reading(Kind.SEAL, text[:12], Seal.GENUINE, text)]


@given(text=pages)
@settings(max_examples=100, deadline=None)
def test_caps_lock_does_not_hurt_a_seal(text: str) -> None:
    assert read((SITE + text).swapcase()) == [Reading(Kind.SEAL, text[:12], Seal.GENUINE, text)]


@given(text=pages, place=st.integers(0, 85), layout=st.sampled_from(["", *sorted(LAYOUTS)]))
@settings(max_examples=100, deadline=None)
def test_a_seal_with_one_wrong_sign_is_forged_and_still_names_its_page(text: str, place: int, layout: str) -> None:
    body, signature = text[:-86], text[-86:]
    forged = body + signature[:place] + ("A" if signature[place] != "A" else "Q") + signature[place + 1 :]
    assert [(r.kind, r.number, r.seal) for r in read(typed_through(LAYOUTS.get(layout, {}), SITE + forged))] == [
        (Kind.SEAL, text[:12], Seal.FORGED)
    ]


def test_a_seal_of_a_key_that_nobody_published_is_told_apart() -> None:
    others = {"2001x": Ed25519PrivateKey.generate().public_key()}
    assert read(SITE + sealed(), others)[0].seal == Seal.UNKNOWN_KEY


@pytest.mark.parametrize(
    "text", ["#", "#a.b.c", "https://example.com/#about", "#" + "x" * 500, "#ززز", "#" + "لا" * 300, "#AAAAAAAAAAAB.e30.c2ln"]
)
def test_another_qr_code_is_called_what_it_is(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert refused.value.code == "foreign-code"


# --- numbers ---


@pytest.mark.parametrize(
    "typed",
    [
        "295500000 1",
        "2955000001",
        "٢٩٥٥٠٠٠٠٠١",
        "۲۹۵۵۰۰۰۰۰۱",
        "\u200f2955000001\u200e",
        "\x1d2955000001\r\n",
        "]C12955000001",
        "]Q1\x1d2955000001\t",
        "د}12955000001",  # ]C1, typed through Arabic
        "\ufeff 2955-000-001 ",
    ],
)
def test_an_iqama_number_is_read_in_any_digits_and_between_any_signs(typed: str) -> None:
    assert [number_of(reading) for reading in read(typed)] == [(Kind.IQAMA, "2955000001")]


@pytest.mark.parametrize("typed", ["123456789012", "]C1123456789012", "١٢٣٤٥٦٧٨٩٠١٢", "\x02123456789012\x03\r", "1234 5678 9012"])
def test_a_receipt_number_is_read_from_its_barcode(typed: str) -> None:
    assert number_of(read(typed)[0]) == (Kind.RECEIPT, "123456789012")


def test_twelve_digits_that_pass_for_a_document_number_are_both() -> None:
    serial = next(serial for n in range(200) if (body := f"{n:011}") and (serial := body + serials._check_sign(body)).isdecimal())
    assert [number_of(reading) for reading in read(serial)] == [(Kind.RECEIPT, serial), (Kind.SERIAL, serial)]


@given(body=st.text(serials.SIGNS, min_size=11, max_size=11), layout=st.sampled_from(["", *sorted(LAYOUTS)]), low=st.booleans())
@example(body="GHGHBGHBGBH", layout="Windows", low=True)
@settings(max_examples=300, deadline=None)
def test_a_document_number_is_read_as_it_is_printed_or_typed(body: str, layout: str, low: bool) -> None:
    serial = body + serials._check_sign(body)
    typed = serials.show_serial(serial)
    readings = read(typed_through(LAYOUTS.get(layout, {}), typed.lower() if low else typed))
    assert (Kind.SERIAL, serial) in [number_of(reading) for reading in readings]
    assert all(reading.seal == Seal.UNSCANNED for reading in readings)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2955000004", "check_digit"),
        ("٢٩٥٥٠٠٠٠٠٤", "check_digit"),
        ("1955000001", "format"),
        ("7K3M-9PQ2-XRTZ", "serial-check"),
        ("]C17K3M9PQ2XRTZ", "serial-check"),
        ("نo", "unreadable"),
        ("hello", "unreadable"),
        ("محمد خان", "unreadable"),
        ("12345", "unreadable"),
        ("!" * 12, "unreadable"),
        ("9" * 5000, "unreadable"),
        ("لا" * 22, "unreadable"),
        ("\ud800", "unreadable"),
    ],
)
def test_what_means_nothing_is_said_to_and_a_slip_is_told_its_own_fault(typed: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(typed)
    assert refused.value.code == code


@given(text=st.text(max_size=60) | st.text("اأإآلبجد0123456789#.ز][{}~", max_size=60))
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert all(reading.number for reading in read(text))
    except Unreadable as refused:
        assert refused.messages[0]


# --- cards ---


@pytest.mark.parametrize("typed", ["GB20261107", "gb 2026-1107", "]C1GB20261107", "GB٢٠٢٦١١٠٧\r", typed_through(WINDOWS, "GB20261107")])
def test_a_cards_serial_is_read_by_the_same_scanner(typed: str) -> None:
    assert clean_card_serial(typed) == "GB20261107"


@pytest.mark.parametrize("typed", ["", "AB12", "A" * 21, "محمد", "A_123456", SITE + "x.y.z", "a\x00b", "9" * 5000])
def test_what_is_no_cards_serial_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        clean_card_serial(typed)
