"""The two lines of a passport as people copy them: read whole or refused with the part that is wrong."""

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from mrz.generator.td3 import TD3CodeGenerator

from muqeem import passport_zone

UPPER = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"  # the specimen of Doc 9303, part 4
LOWER = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
BOTH = f"{UPPER}\n{LOWER}"


def refusal(text: str) -> str:
    with override("en"), pytest.raises(ValidationError) as refused:
        passport_zone.read(text)
    with override("en"):
        return refused.value.messages[0]


def test_the_specimen_of_the_document_is_read() -> None:
    zone = passport_zone.read(BOTH)
    assert (zone.family, zone.given, zone.number, zone.nationality, zone.birth) == (
        ["ERIKSSON"],
        ["ANNA", "MARIA"],
        "L898902C3",
        "UTO",
        "740812",
    )
    assert not zone.may_be_cut


@pytest.mark.parametrize(
    "copied",
    [
        BOTH.lower(),
        f"  {UPPER}  \r\n\r\n {LOWER}\n",
        UPPER + LOWER,
        " ".join(BOTH),
        f"\u202a{UPPER}\u202c\n{LOWER}",
        BOTH.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
)
def test_however_it_was_copied_it_is_the_same(copied: str) -> None:
    assert passport_zone.read(copied) == passport_zone.read(BOTH)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LOWER, "The two lines have 44 signs each, 88 together; these have 44. Copy both lines whole."),
        (f"{UPPER}<\n{LOWER[:-1]}", "The two lines have 44 signs each, 88 together; these have 88. Copy both lines whole."),
        ("9" * 10_000, "The two lines have 44 signs each, 88 together; these have 10000. Copy both lines whole."),
        (BOTH.replace("ANNA", "ANNÁ"), "The two lines hold Latin letters, digits and the sign < only."),
        (BOTH.replace("ANNA", "\u0410NNA"), "The two lines hold Latin letters, digits and the sign < only."),
        (f"I{UPPER[1:]}\n{LOWER}", "These are not the lines of a passport: the first one begins with P."),
        (f"P<UTO{'<' * 39}\n{LOWER}", "The first line holds no name. Copy both lines whole."),
        (f"P<UTO<<ANNA{'<' * 33}\n{LOWER}", "The first line holds no name. Copy both lines whole."),
    ],
)
def test_what_is_no_zone_is_refused_in_words(text: str, words: str) -> None:
    assert refusal(text) == words


@pytest.mark.parametrize(
    ("place", "part"), [(3, "passport number"), (14, "date of birth"), (22, "last day"), (30, "personal number"), (9, "passport number")]
)
def test_a_slip_is_found_with_the_part_that_it_is_in(place: int, part: str) -> None:
    other = "8" if LOWER[place] != "8" else "7"
    assert refusal(f"{UPPER}\n{LOWER[:place]}{other}{LOWER[place + 1 :]}") == (
        f"The second line has a slip in this part: {part}. Compare it sign by sign with the passport."
    )


def test_a_last_sign_that_does_not_fit_is_found() -> None:
    assert refusal(f"{UPPER}\n{LOWER[:-1]}1").startswith("The last sign of the second line does not fit the rest.")


NAMES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=30)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    family=NAMES,
    given_name=NAMES,
    number=st.from_regex(r"[A-Z0-9]{1,9}", fullmatch=True),
    born=st.dates(),
    until=st.dates(),
    personal=st.from_regex(r"[A-Z0-9]{0,14}", fullmatch=True),
)
def test_what_another_writer_writes_is_read(family, given_name, number, born, until, personal) -> None:
    days = f"{born:%m%d}", f"{until:%m%d}"
    written = TD3CodeGenerator(
        "P", "BGD", family, given_name, number, "BGD", f"{born.year % 100:02}{days[0]}", "M", f"{until.year % 100:02}{days[1]}", personal
    )
    zone = passport_zone.read(str(written))
    assert (zone.number, zone.nationality, zone.birth) == (number, "BGD", f"{born.year % 100:02}{days[0]}")
    if not zone.may_be_cut:
        assert (zone.family, zone.given) == ([family], [given_name])
