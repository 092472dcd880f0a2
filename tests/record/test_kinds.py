"""Every line of the journal and every message has a name in both languages: asked of the code that writes them."""

import ast
import importlib
import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from muqeem.record import kinds
from muqeem.record.mails import MAILS
from muqeem.record.models import Event, Message
from muqeem.record.texts import TEMPLATES
from residency.desk.shift import Act
from tests.accounts.people import signed_in
from tests.factories import UserFactory

APPS = ("muqeem", "accounts", "residency", "visas")
WRITERS = {"Event.objects.seal", "Event.objects.write", "self._seal", "seal_act"}
PASSED_ON = {"kind", "act"}  # what the last two call it themselves


def sources() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for file in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "migrations" not in file.parts:
                yield ".".join(file.relative_to(settings.BASE_DIR).with_suffix("").parts), ast.parse(file.read_text())


def kinds_written() -> Iterator[str]:
    """The kind of each line that the code writes, whether it says it there or by a name."""
    for module, tree in sources():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in WRITERS:
                said = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                if said:
                    yield said[0]
                elif (name := ast.unparse(call.args[0])) not in PASSED_ON:
                    yield str(attrgetter(name)(importlib.import_module(module)))


def test_every_kind_of_line_that_the_code_writes_has_a_name() -> None:
    written = set(kinds_written())
    assert {"operation", "staff-add", "asked-employer", *Act} <= written  # said there, passed on, and by two kinds of name
    assert written - set(kinds.EVENTS) == set()


def test_every_message_has_a_name() -> None:
    assert set(kinds.MESSAGES) == set(TEMPLATES) | set(MAILS)


@pytest.mark.parametrize("words", [*kinds.EVENTS.values(), *kinds.MESSAGES.values()], ids=str)
def test_names_are_in_both_languages(words: str) -> None:
    with override("ar"):
        assert re.search(r"[\u0621-\u064a]", str(words))
    with override("en"):
        assert re.fullmatch(r"[A-Z][ -~’]+", str(words))


@pytest.fixture
def staff(db: None) -> Client:
    return signed_in(UserFactory(staff=True, is_superuser=True, with_app=True), verified=True)


def rows(staff: Client, path: str) -> str:
    """What the table of a list shows, without the filters beside it."""
    return re.sub(r"<[^>]*>|\s+", " ", staff.get(path).content.decode().partition("<tbody>")[2].partition("</tbody>")[0])


def test_staff_read_the_journal_in_words_and_filter_it_by_them(staff: Client) -> None:
    Event.objects.write("desk-look", actor="huda")
    Event.objects.write("of-an-older-portal", actor="sara")
    User.objects.update(language="ar")
    everything = rows(staff, "/admin/record/event/")
    assert "تحقق في شباك الخدمة" in everything
    assert "desk-look" not in everything
    assert "of-an-older-portal" in everything
    looks = rows(staff, "/admin/record/event/?kind=desk-look")
    assert "huda" in looks
    assert "sara" not in looks
    page = staff.get(f"/admin/record/event/{Event.objects.get(kind='desk-look').pk}/change/").content.decode()
    assert "تحقق في شباك الخدمة" in page


def test_staff_read_what_messages_are_about(staff: Client) -> None:
    for template in ("operation-code", "of-an-older-portal"):
        Message.objects.create(template=template, language="en", receiver="+966501234567")
    everything = rows(staff, "/admin/record/message/")
    assert "Security code" in everything
    assert "operation-code" not in everything
    assert "of-an-older-portal" in everything
    assert "of-an-older-portal" not in rows(staff, "/admin/record/message/?template=operation-code")


def test_a_list_is_called_by_its_rows_and_says_how_many_there_are(staff: Client) -> None:
    page = re.sub(r"\s+", " ", staff.get("/admin/accounts/user/").content.decode())
    assert "<h1>Users</h1>" in page
    assert "Select" not in page
    assert 'Rows: <bdi dir="ltr">1</bdi>' in page
