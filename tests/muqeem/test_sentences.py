"""Sentences that are kept as data and said in the reader's language."""

import re
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils.functional import lazystr
from django.utils.translation import get_language, ngettext_lazy, override

from muqeem import sentences
from muqeem.sentences import Sentence, say, sentence


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(sentences, "_registered", dict(sentences._registered))


def test_a_sentence_is_said_with_its_values() -> None:
    sentence("test-fine", "Unpaid: %(amount)s since %(since_on)s")
    with override("en"):
        said = str(say("test-fine", amount=Decimal("1300.5"), since_on=date(2026, 3, 15)))
    assert said == "Unpaid: SAR\N{NO-BREAK SPACE}1,300.50 since 15 March 2026 (26 Ramadan 1447 AH)"


def test_a_sentence_is_said_in_the_language_of_whoever_reads_it() -> None:
    words = {"ar": "بالعربية %(n)s", "en": "in English %(n)s"}

    class Words(str):
        def __mod__(self, values):
            return words[get_language()] % values

    sentence("test-language", Words())
    kept = Sentence.of(say("test-language", n=3).stored())
    for language, said in (("ar", "بالعربية 3"), ("en", "in English 3")):
        with override(language):
            assert str(kept) == said


def test_a_number_chooses_the_plural() -> None:
    sentence("test-days", ngettext_lazy("%(n)d day is left", "%(n)d days are left", "n"))
    with override("en"):
        assert [str(say("test-days", n=n)) for n in (1, 2)] == ["1 day is left", "2 days are left"]


@pytest.mark.parametrize(
    "values", [{"amount": Decimal(650)}, {"on": date(2026, 1, 1)}, {"name": {"ar": "أ", "en": "A"}}, {"n": 3}, {"list": ["a", "b"]}]
)
def test_what_is_kept_is_json_and_is_read_back_as_the_same_sentence(values) -> None:
    key, (name,) = sentence("test-kept", "%(" + next(iter(values)) + ")s"), values
    said = say(key, **values)
    assert said.stored()[0] == key
    for language in ("ar", "en"):
        with override(language):
            assert str(Sentence.of(said.stored())) == str(said)
    assert name in said.stored()[1]


def test_a_sentence_kept_longer_than_its_service_says_what_it_has() -> None:
    assert str(Sentence("gone", {"amount": "650.00", "n": 3})) == "gone 650.00 3"


def test_nobody_says_what_was_not_registered() -> None:
    with pytest.raises(KeyError, match="no sentence is called nobody-knows"):
        say("nobody-knows")


def test_one_key_has_one_sentence() -> None:
    words = lazystr("words")
    assert sentence("test-once", words) == sentence("test-once", words) == "test-once"
    with pytest.raises(ValueError, match="two sentences are called test-once"):
        sentence("test-once", lazystr("others"))


def test_whoever_answers_requests_knows_every_sentence_whoever_said_it() -> None:
    sources = [path.read_text() for app in ("muqeem", "accounts", "residency", "visas") for path in (settings.BASE_DIR / app).rglob("*.py")]
    kept = {key for source in sources for key in re.findall(r'^\w+ = sentence\(\s*"([^"]+)"', source, re.MULTILINE)}
    web = "import muqeem.wsgi, muqeem.urls; from muqeem import sentences; print(*sentences._registered)"
    known = subprocess.run([sys.executable, "-c", web], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert len(kept) > 50
    assert kept - set(known.stdout.split()) == set()
