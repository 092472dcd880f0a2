"""What is printed is what is stored, letter by letter: random names through the printer and back out of the file.

PRINTED_NAMES=10000 prints as many; without it a sample.
"""

import os
import random
import string

import pytest

from muqeem import pdf
from muqeem.names import ARABIC_LETTERS, LATIN_LETTERS, clean_arabic_name, clean_latin_name
from tests.live import note
from tests.muqeem.papers import RENEWAL, a_page, layouts
from tests.paper import words

MANY = int(os.environ.get("PRINTED_NAMES", "300"))
PLACES = ("name", "occupation", "nationality", "employer")  # and whoever printed it
A_PAGE = 2 * (len(PLACES) + 1)
USUAL = {"ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي", "en": string.ascii_uppercase}
EVERY = {"ar": "".join(sorted(ARABIC_LETTERS)), "en": "".join(sorted(LATIN_LETTERS))}
GATES = {"ar": clean_arabic_name, "en": clean_latin_name}


def a_name(rng: random.Random, letters: dict[str, str]) -> dict[str, str]:
    """Any letters that the gate takes, in both scripts."""
    name = {
        script: " ".join("".join(rng.choices(letters[script], k=rng.randint(2, 8))) for _ in range(rng.randint(1, 3))) for script in letters
    }
    for script, gate in GATES.items():
        assert gate(name[script], script) == name[script]
    return name


@pytest.fixture(autouse=True)
def _key(settings):
    settings.SEAL_KEY = "2026a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="


def altered(rng: random.Random, letters: dict[str, str]) -> tuple[set[str], bool]:
    """The names of a page that cannot be read from it as they were stored; and whether it was printed by its shape."""
    names = [a_name(rng, letters) for _ in range(len(PLACES) + 1)]
    with layouts() as made:
        file = pdf.render(RENEWAL, a_page(facts=dict(zip(PLACES, names, strict=False)), printed_by=names[-1]))
    text = words(file)
    return {spelling for name in names for spelling in name.values() if spelling not in text}, not made


def test_random_names_are_read_from_paper_as_they_are_stored():
    rng = random.Random()
    found = [altered(rng, EVERY if number % 20 == 0 else USUAL) for number in range(MANY // A_PAGE)]
    assert [names for names, _ in found if names] == []
    by_shape = sum(by_shape for _, by_shape in found)
    note(f"{len(found) * A_PAGE} names on {len(found)} pages, {by_shape} of them by their shape")
    assert by_shape > len(found) / 2


def test_a_letter_that_turns_into_another_on_paper_is_seen(monkeypatch):
    rng = random.Random(1)
    render = pdf.render_to_string
    monkeypatch.setattr(pdf, "render_to_string", lambda *args: render(*args).replace("ت", "ث").replace("K", "X"))
    assert altered(rng, {"ar": "تب", "en": "KA"})[0]
