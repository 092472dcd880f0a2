"""Django's words that the portal says in Arabic of its own are words that Django says."""

from pathlib import Path

from babel.messages.pofile import read_po
from django import conf
from django.contrib import admin
from django.utils.translation import gettext, override

from muqeem.record.staff_words import COUNTED, WORDS

CATALOGUES = [Path(place) / "locale" / "ar" / "LC_MESSAGES" / "django.po" for place in (conf.__path__[0], admin.__path__[0])]


def test_each_is_a_word_of_djangos_and_said_otherwise():
    theirs = {}
    for catalogue in CATALOGUES:
        with catalogue.open("rb") as file:
            theirs |= {message.id: message.string for message in read_po(file, locale="ar")}
    with override("ar"):
        ours = {word: gettext(word) for word in WORDS}
    assert sorted(ours.keys() - theirs.keys()) == []
    assert [word for word, said in ours.items() if said in {word, theirs[word]}] == []


def test_several_errors_are_said_as_in_the_portals_forms():
    with override("ar"):
        assert f"{COUNTED % 3}" == gettext("Some entries need correcting") + "."
