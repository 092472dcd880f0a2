"""Serials: the check sign catches what hands and eyes do to them."""

from itertools import combinations, pairwise

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from muqeem.serials import LENGTH, SIGNS, clean_serial, in_a_sentence, new_serial, show_serial


def is_serial(text: str) -> bool:
    try:
        clean_serial(text)
    except ValidationError:
        return False
    return True


def with_signs(serial: str, **at: str) -> str:
    signs = list(serial)
    for place, sign in at.items():
        signs[int(place[1:])] = sign
    return "".join(signs)


def test_a_new_serial_is_a_serial_and_no_two_are_alike():
    serials = {new_serial() for _ in range(2000)}
    assert len(serials) == 2000
    assert all(clean_serial(serial) == serial for serial in serials)


def test_every_sign_stands_in_every_place_so_that_nothing_follows_from_the_one_before():
    serials = [new_serial() for _ in range(4000)]
    assert all({serial[place] for serial in serials} == set(SIGNS) for place in range(LENGTH))


def test_every_single_wrong_sign_is_noticed():
    serial = new_serial()
    wrong = [with_signs(serial, **{f"p{place}": sign}) for place in range(LENGTH) for sign in SIGNS if sign != serial[place]]
    assert len(wrong) == LENGTH * 31
    assert not any(map(is_serial, wrong))


def test_every_exchange_of_two_different_signs_is_noticed_neighbours_or_not():
    for _ in range(50):
        serial = new_serial()
        swapped = [
            with_signs(serial, **{f"p{one}": serial[other], f"p{other}": serial[one]})
            for one, other in combinations(range(LENGTH), 2)
            if serial[one] != serial[other]
        ]
        assert swapped
        assert not any(map(is_serial, swapped))


def test_a_doubled_sign_misread_as_another_doubled_sign_is_noticed():
    serial = next(s for s in iter(new_serial, None) if any(a == b for a, b in pairwise(s)))
    place = next(at for at in range(LENGTH - 1) if serial[at] == serial[at + 1])
    misread = [serial[:place] + 2 * sign + serial[place + 2 :] for sign in SIGNS if sign != serial[place]]
    assert not any(map(is_serial, misread))


def test_of_random_texts_one_in_thirty_two_passes_and_no_more():
    passed = sum(is_serial(new_serial()[:-1] + sign) for sign in SIGNS for _ in range(20))
    assert passed < 60


def test_a_serial_is_read_as_it_is_shown_and_as_people_type_it():
    serial = "7K3M01Q2XRT" + next(sign for sign in SIGNS if is_serial("7K3M01Q2XRT" + sign))
    shown = show_serial(serial)
    assert shown == f"{serial[:4]}-{serial[4:8]}-{serial[8:]}"
    for typed in (
        shown,
        shown.lower(),
        shown.replace("-", " "),
        shown.replace("-", "\N{EN DASH}"),
        f"  {shown}\n",
        shown.replace("0", "O"),
        shown.replace("0", "o").replace("1", "l"),
        shown.replace("1", "I"),
        shown.replace("0", "٠").replace("1", "١").replace("2", "٢").replace("3", "٣").replace("7", "٧"),
        shown.replace("0", "۰").replace("1", "۱"),
        f"\u200e{shown}\u200e",
        in_a_sentence(shown),
    ):
        assert clean_serial(typed) == serial


@pytest.mark.parametrize("text", ["", "-", "7K3M", "U" * 12, "0" * 13, "0" * 10_000, "\x00" * 12, "\ud800" * 12, "٠" * 11])
def test_what_has_not_the_form_of_a_serial_is_refused_with_a_sentence(text):
    with pytest.raises(ValidationError, match="12") as refused:
        clean_serial(text)
    assert refused.value.code == "serial-form"


def test_a_wrong_sign_has_a_sentence_of_its_own():
    serial = new_serial()
    with pytest.raises(ValidationError) as refused:
        clean_serial(with_signs(serial, p3="0" if serial[3] != "0" else "1"))
    assert refused.value.code == "serial-check"


@given(st.text())
def test_whatever_is_typed_is_a_serial_or_a_sentence(text):
    try:
        serial = clean_serial(text)
    except ValidationError:
        return
    assert len(serial) == LENGTH
