"""Names and other words at their gate, in a search, and before they are printed."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from muqeem import names

HOSTILE = st.text() | st.text(st.sampled_from("محمدگٹـَّ ٔاوى AbÉeßﬁǰı'-а\u202e\u200b\u00a0\n\0\ud800\ue000\u0301\u3164"))
HIDDEN = {
    "NUL": "\0",
    "ESCAPE": "\x1b",
    "NEXT LINE": "\x85",
    "RIGHT-TO-LEFT OVERRIDE": "\u202e",
    "LEFT-TO-RIGHT ISOLATE": "\u2066",
    "ARABIC LETTER MARK": "\u061c",
    "ZERO WIDTH SPACE": "\u200b",
    "ZERO WIDTH NON-JOINER": "\u200c",
    "BYTE ORDER MARK": "\ufeff",
    "SOFT HYPHEN": "\xad",
    "TAG LETTER": "\U000e0041",
    "lone surrogate": "\ud800",
    "private use": "\ue000",
    "unassigned": "\U000e0fff",
    "noncharacter": "\uffff",
    "HANGUL FILLER": "\u3164",
    "BRAILLE BLANK": "\u2800",
    "VARIATION SELECTOR": "\ufe0f",
    "COMBINING GRAPHEME JOINER": "\u034f",
}


def arabic(text, **options):
    return names.clean_arabic_name(text, "Family name", **options)


def latin(text, **options):
    return names.clean_latin_name(text, "Family name", **options)


def text(text, max_length=200):
    return names.clean_text(text, "Reason", max_length)


def refusal(cleaner, typed, language="en"):
    """What the gate says of a text."""
    with override(language), pytest.raises(ValidationError) as raised:
        cleaner(typed)
    return raised.value.messages


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("محمد", "محمد"),
        ("  عبد \u00a0 الرحمن\n", "عبد الرحمن"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("رحمٰن", "رحمن"),
        ("ا\u0654حمد", "أحمد"),  # composed
        ("پرویز", "پرویز"),
        ("چودھری", "چودھری"),
        ("بٹ", "بٹ"),
        ("گلزار", "گلزار"),
        ("ڈار", "ڈار"),
        ("ژاله", "ژاله"),
        ("ڤيكتور", "ڤيكتور"),
        ("", ""),
    ],
)
def test_arabic_names_are_kept_without_ornament(typed, kept):
    assert arabic(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mohammad", "MOHAMMAD"),
        (" abdul-rahman  khan ", "ABDUL-RAHMAN KHAN"),
        ("José", "JOSÉ"),
        ("Jose\u0301", "JOSÉ"),
        ("Strauß", "STRAUSS"),
        ("D'Souza", "D'SOUZA"),
        ("D’Souza", "D'SOUZA"),
        ("", ""),
    ],
)
def test_latin_names_are_kept_in_capitals(typed, kept):
    assert latin(typed) == kept


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
@pytest.mark.parametrize(("cleaner", "label"), [(arabic, "Family name"), (latin, "Family name"), (text, "Reason")])
def test_hidden_characters_are_refused_and_found_by_what_stands_before(cleaner, label, hidden):
    good = "AHMED" if cleaner is latin else "أحمد"
    assert refusal(cleaner, f"{good}{hidden}{good}") == [f'{label} has a hidden character after "{good}"; delete it.']
    assert refusal(cleaner, hidden + good) == [f"{label} has a hidden character at its beginning; delete it."]


def test_a_name_that_would_print_as_another_is_refused():
    assert refusal(latin, "\u202eDEMHA")
    assert refusal(text, "\u202eDEMHA")


@pytest.mark.parametrize(
    ("cleaner", "typed", "sentence"),
    [
        (arabic, "Ahmed", "Family name: Arabic letters and space only."),
        (arabic, "123", "Family name: Arabic letters and space only."),
        (arabic, "أحمد Ahmed", "Family name mixes Arabic and Latin letters; use one."),
        (latin, "AHMED أحمد", "Family name mixes Arabic and Latin letters; use one."),
        (latin, "أحمد", "Family name: Latin letters, space, hyphen and apostrophe only."),
        (latin, "Иван", "Family name: Latin letters, space, hyphen and apostrophe only."),
        (latin, "-", "Family name: Latin letters, space, hyphen and apostrophe only."),
        (arabic, "أحمد2", 'Family name has a character that is not allowed after "أحمد": DIGIT TWO.'),
        (arabic, "أحمد-علي", 'Family name has a character that is not allowed after "أحمد": HYPHEN-MINUS.'),
        (arabic, "-أحمد", "Family name has a character that is not allowed at its beginning: HYPHEN-MINUS."),
        (arabic, "ﻣحمد", "Family name has a character that is not allowed at its beginning: ARABIC LETTER MEEM INITIAL FORM."),
        (latin, 'O"BRIEN', 'Family name has a character that is not allowed after "O": QUOTATION MARK.'),
        (latin, "AHMED2", 'Family name has a character that is not allowed after "AHMED": DIGIT TWO.'),
        (latin, "AНMED", 'Family name has a character that is not allowed after "A": CYRILLIC CAPITAL LETTER EN.'),
        (latin, "Ａhmed", "Family name has a character that is not allowed at its beginning: FULLWIDTH LATIN CAPITAL LETTER A."),
        (latin, "A" * 61, "At most 60 characters."),
        (arabic, "م" * 10_000, "At most 60 characters."),
        (text, "شركةABC", "Reason mixes Arabic and Latin letters; use one."),
        (text, "Please pаy", 'Reason has a character that is not allowed after "Please p": CYRILLIC SMALL LETTER A.'),
        (text, "a" * 10_000, "At most 200 characters."),
    ],
)
def test_each_refusal_has_its_sentence_with_the_character(cleaner, typed, sentence):
    assert refusal(cleaner, typed) == [sentence]


def test_only_the_last_characters_before_a_bad_one_are_shown():
    assert refusal(latin, "ABCDEFGHIJKLMNOPQRST1") == ['Family name has a character that is not allowed after "IJKLMNOPQRST": DIGIT ONE.']


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("شركة الأفق (Blue Horizon) 25%", "شركة الأفق (Blue Horizon) 25%"),
        (" two\r\n lines\tand  more ", "two lines and more"),
        ("Cafe\u0301", "Café"),
        ("شارع الملك فهد، مبنى 7A", "شارع الملك فهد، مبنى 7A"),
        ("بأثر رجعي 👍", "بأثر رجعي 👍"),
        ("سـابق الـذكر", "سـابق الـذكر"),
        ("", ""),
    ],
)
def test_other_words_are_kept_as_one_line(typed, kept):
    assert text(typed) == kept


def test_a_text_of_exactly_the_greatest_length_is_kept():
    assert text("a" * 20, max_length=20) == "a" * 20
    assert refusal(lambda typed: text(typed, max_length=20), "a" * 21) == ["At most 20 characters."]


@pytest.mark.parametrize("cleaner", [arabic, latin, text])
@pytest.mark.parametrize("typed", ["\ud800", "\0", "\u202e" * 10_000, "é" * 10_000, "x\udfff"])
def test_hostile_text_is_refused_in_words(cleaner, typed):
    assert all(refusal(cleaner, typed))


@pytest.mark.parametrize("cleaner", [arabic, latin, text])
def test_any_text_is_kept_safe_to_print_or_refused_in_words(cleaner):
    @given(HOSTILE)
    def judged(typed):
        try:
            kept = cleaner(typed)
        except ValidationError as error:
            assert all(error.messages)
            "".join(error.messages).encode()  # shown on a page, whatever was typed
        else:
            assert cleaner(kept) == kept
            assert unicodedata.is_normalized("NFC", kept)
            names.check_printable(kept)

    judged()


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
def test_the_printer_refuses_hidden_characters_by_their_code_point(hidden):
    with pytest.raises(ValueError, match=f"U\\+{ord(hidden):04X}"):
        names.check_printable(f"AHMED{hidden}")


@pytest.mark.parametrize("line_break", ["\n", "\r", "\t", "\u2028", "\u2029"])
def test_the_printer_refuses_line_breaks(line_break):
    with pytest.raises(ValueError, match="hidden character"):
        names.check_printable(f"AHMED{line_break}ALI")


@pytest.mark.parametrize(
    ("printed", "character"), [("pаy", "CYRILLIC SMALL LETTER A"), ("محمدALI", "LATIN CAPITAL LETTER A"), ("A1ب", "ARABIC LETTER BEH")]
)
def test_the_printer_refuses_words_of_two_scripts_and_names_the_character(printed, character):
    with pytest.raises(ValueError, match=character):
        names.check_printable(printed)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "محمد رفيق الإسلام · MOHAMMAD RAFIQ AL-ISLAM",
        "15 مارس 2026م (26 رمضان 1447هـ)",
        "15 March 2026 (26 Ramadan 1447 AH)",
        "2026/03/15 1447/09/26",
        "SAR\u00a04,987.50",
        "650.00 ريال",
        "+966501234567",
        "050 123 4567",
        "MQ-7F3A-9C21",
        "شركة الأفق (Blue Horizon Ltd.)، الرياض؛ 15%",
        "مدني/Civil «A»",
        "چودھری پرویز",
        "JOSÉ ŁUKASZ",
        "مُدد، نُفذ",
        "—",
    ],
)
def test_the_printer_accepts_what_a_page_says(printed):
    names.check_printable(printed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إبراهيم", "ابراهيم"),
        ("آمنة", "امنه"),
        ("مصطفى", "مصطفي"),
        ("مؤمن", "مومن"),
        ("رائد", "رايد"),
        ("محـــمّد", "محمد"),
        ("  عبد   الله ", "عبد الله"),
        ("ا\u0654حمد", "أحمد"),
        ("پرویز", "پرويز"),
        ("ﻣﺤﻤﺪ", "محمد"),
        ("\u200fمحمد\u200f", "محمد"),
        ("شاکر", "شاكر"),
    ],
)
def test_arabic_is_found_however_it_is_typed(one, other):
    assert names.fold_arabic(one) == names.fold_arabic(other)


def test_folded_arabic_is_what_the_register_searches():
    assert names.fold_arabic("أَحْمَد إبراهيم الآغا مؤمنة رائى") == "احمد ابراهيم الاغا مومنه رايي"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("al-Harbi", "AL HARBI"),
        ("José  Łukasz", "JOSE LUKASZ"),
        ("Strauß", "STRAUSS"),
        ("Ørsted Æsir", "ORSTED AESIR"),
        ("\u200eAhmed\0", "AHMED"),
        ("AL\u2011HARBI", "AL HARBI"),
    ],
)
def test_latin_is_folded_to_plain_capitals(typed, folded):
    assert names.fold_latin(typed) == folded


@pytest.mark.parametrize("fold", [names.fold_arabic, names.fold_latin])
def test_any_text_can_be_folded_and_asked_of_the_database(fold):
    @given(HOSTILE)
    def folded(typed):
        once = fold(typed)
        assert fold(once) == once
        assert "\0" not in once
        once.encode()

    folded()
