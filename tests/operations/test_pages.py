"""Paper: rendered by real WeasyPrint, read back as words and codes; hints lost, workers dead, a broker that is away."""

import copy
import errno
import io
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pypdf
import pypdfium2
import pytest
import zxingcpp
from celery.signals import celeryd_init
from django.conf import settings
from django.core.files import storage
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override
from kombu import pools
from kombu.exceptions import OperationalError

from accounts.models import User
from muqeem import clock, pdf, seal
from muqeem.celery import app
from muqeem.operations import sweeper, tasks
from muqeem.operations.invariants import violations
from muqeem.operations.management.commands import sweep as sweeping
from muqeem.operations.models import Document, Print, Receipt
from muqeem.operations.perform import perform
from muqeem.operations.views import receipts
from muqeem.record.models import Event as Line
from muqeem.record.models import Message
from muqeem.record.tasks import hint as hint_of_a_text
from muqeem.serials import show_serial
from tests.accounts.people import all_at_once
from tests.factories import MembershipFactory, UserFactory
from tests.operations.journeys import Person, said

pytestmark = pytest.mark.django_db

Monkey = pytest.MonkeyPatch
Shift = Callable[[timedelta], None]


@pytest.fixture
def receipt() -> Receipt:
    """What a renewal left, with its page and one text still to be made and sent."""
    return perform(token := Person(email="").ready(), token.fingerprint)


def copy_of(receipt: Receipt, number: int = 1) -> Print:
    return Print.objects.get(document__receipt=receipt, copy=number)


def content(printed: Print) -> bytes:
    with printed.file.open() as file:
        read: bytes = file.read()
    return read


def words(page: bytes) -> str:
    return " ".join("\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(page)).pages).split())


def codes(page: bytes) -> dict[Any, str]:
    picture = pypdfium2.PdfDocument(io.BytesIO(page))[0].render(scale=200 / 72).to_pil()
    return {code.format: code.text for code in zxingcpp.read_barcodes(picture)}


def again(printed: Print) -> Print:
    """The row as it is now."""
    return Print.objects.get(pk=printed.pk)


# --- a page -----------------------------------------------------------------------------------------------------------
def test_the_page_says_what_the_receipt_says_and_its_codes_prove_it(receipt: Receipt) -> None:
    printed = copy_of(receipt)
    tasks.produce(printed.pk)
    printed.refresh_from_db()
    page = content(printed)
    text = words(page)
    document = receipt.documents.get()
    for fact in (
        show_serial(document.serial),
        show_serial(document.code),
        receipt.number,
        receipt.facts["iqama_number"],
        receipt.facts["name"]["en"],
        receipt.facts["passport_number"],
        receipt.facts["new_expires_on"].replace("-", "/"),
        receipt.facts["expires_on"].replace("-", "/"),
        "SAR 600.00",
        "Residency Renewal Notice",
        receipt.user.name_en,
    ):
        assert fact in text, fact
    assert len(pypdf.PdfReader(io.BytesIO(page)).pages) == 1
    read = codes(page)
    assert read[zxingcpp.BarcodeFormat.Code128] == receipt.number
    assert read[zxingcpp.BarcodeFormat.QRCode] == f"http://127.0.0.1:8000/check/#{document.seal}"
    payload = seal.open_seal(read[zxingcpp.BarcodeFormat.QRCode])
    assert (payload.serial, payload.kind, payload.last_four) == (document.serial, receipt.slug, receipt.facts["iqama_number"][-4:])
    assert payload.dates["until_on"].isoformat() == receipt.facts["new_expires_on"]


def test_a_page_of_a_service_without_an_end_is_sealed_without_one(stamp: Any) -> None:
    stamped = perform(token := Person().ready(slug="stamp"), token.fingerprint).documents.get()
    assert stamped.valid_until is None
    assert set(seal.open_seal(stamped.seal).dates) == {"issued_on"}


def test_each_copy_is_one_file_that_says_which_it_is(receipt: Receipt) -> None:
    document = receipt.documents.get()
    tasks.print_copy(document, receipt.user)
    for printed in document.prints.all():
        tasks.produce(printed.pk)
    first, second = copy_of(receipt, 1), copy_of(receipt, 2)
    assert first.file.name != second.file.name
    assert first.sha256 != second.sha256
    assert "Copy 2; first printed" in words(content(second))
    assert "Copy 2" not in words(content(first))


@pytest.fixture
def counted(monkeypatch: Monkey) -> list[str]:
    """Every rendering, by its template."""
    rendered: list[str] = []
    monkeypatch.setattr(pdf, "render", lambda template, _context: rendered.append(template) or b"%PDF-1.7")
    return rendered


def test_of_two_producers_one_renders(receipt: Receipt, counted: list[str], monkeypatch: Monkey) -> None:
    printed = copy_of(receipt)
    monkeypatch.setattr(pdf, "render", lambda template, _context: counted.append(template) or tasks.produce(printed.pk) or b"%PDF-1.7")
    tasks.produce(printed.pk)
    tasks.produce(printed.pk)
    assert counted == ["residency/renewal_page.html"]
    assert len(storage.default_storage.listdir(again(printed).file.name.rpartition("/")[0])[1]) == 1


def test_without_the_lease_two_producers_render_twice(receipt: Receipt, counted: list[str], monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Print, "lease", classmethod(lambda cls, pk: cls.objects.select_related("document__receipt").get(pk=pk)))
    printed = copy_of(receipt)
    tasks.produce(printed.pk)
    tasks.produce(printed.pk)
    assert len(counted) == 2


def test_the_file_of_a_worker_that_was_overtaken_is_thrown_away(receipt: Receipt, monkeypatch: Monkey) -> None:
    printed = copy_of(receipt)

    def slowly(_template: str, _context: Any) -> bytes:
        assert again(printed).rendered("2026/11/other.pdf", "other")
        return b"%PDF-1.7"

    monkeypatch.setattr(pdf, "render", slowly)
    tasks.produce(printed.pk)
    assert again(printed).file.name == "2026/11/other.pdf"
    assert storage.default_storage.listdir("") == ([f"{printed.printed_at:%Y}"], [])
    assert [files for _folders, files in [storage.default_storage.listdir(f"{printed.printed_at:%Y/%m}")]] == [[]]


def test_a_worker_that_died_is_followed_when_its_lease_is_over(receipt: Receipt, counted: list[str], shift: Shift) -> None:
    printed = copy_of(receipt)
    assert Print.lease(printed.pk)
    tasks.produce(printed.pk)
    assert not counted
    shift(timedelta(seconds=31))
    tasks.produce(printed.pk)
    assert again(printed).ready


def test_a_page_is_on_the_disk_before_its_row_says_so(receipt: Receipt, counted: list[str], monkeypatch: Monkey, settings: Any) -> None:
    done: list[str] = []
    sync, rendered = os.fsync, Print.rendered

    def noted(descriptor: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Print, "rendered", lambda self, *args: done.append("rendered") or rendered(self, *args))
    tasks.produce(copy_of(receipt).pk)
    file = Path(copy_of(receipt).file.path)
    assert done == [str(file), str(file.parent), str(file.parent.parent), str(settings.MEDIA_ROOT), "rendered"]


class Bucket(storage.Storage):
    """A storage that is no folder."""

    def exists(self, _name: str) -> bool:
        return False

    def _save(self, name: str, _content: Any) -> str:
        return name


def test_a_storage_that_is_no_folder_keeps_pages_in_its_own_way(receipt: Receipt, counted: list[str], settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": f"{Bucket.__module__}.{Bucket.__name__}"}}
    tasks.produce(copy_of(receipt).pk)
    assert copy_of(receipt).ready


# --- a page that cannot be made ---------------------------------------------------------------------------------------
@pytest.fixture
def unprintable() -> Print:
    """A copy whose printer's name turns the reading direction, past the gate."""
    person = Person()
    receipt = perform(token := person.ready(), token.fingerprint)
    printed = copy_of(receipt)
    Print.objects.filter(pk=printed.pk).update(printed_by={"ar": "سارة", "en": "\u202eDEMHA"})
    return printed


def test_a_name_that_turns_around_is_not_printed_and_staff_see_why(unprintable: Print) -> None:
    tasks.produce(unprintable.pk)
    unprintable.refresh_from_db()
    assert unprintable.state == "failed"
    assert "U+202E" in unprintable.error
    assert not unprintable.file
    assert list(Print.objects.stuck()) == [unprintable]
    staff = a_member_of_staff()
    listed = staff.get("/admin/operations/print/?state=failed")
    assert listed.status_code == 200
    assert "U+202E" in listed.content.decode()


def test_a_name_of_the_register_that_turns_around_is_not_printed_either() -> None:
    person = Person()
    type(person.resident).objects.update(family_en="\u202eDEMHA")
    receipt = perform(token := person.ready(), token.fingerprint)
    tasks.produce(copy_of(receipt).pk)
    assert "U+202E" in copy_of(receipt).error


def test_staff_try_a_failed_copy_again_and_the_journal_knows(unprintable: Print) -> None:
    tasks.produce(unprintable.pk)
    Print.objects.filter(pk=unprintable.pk).update(printed_by={"ar": "سارة", "en": "SARAH"})
    staff = a_member_of_staff()
    answer = staff.post(
        "/admin/operations/print/",
        {"action": "try_again", "_selected_action": [unprintable.pk], "reason": "The gateway is back"},
        follow=True,
    )
    assert answer.status_code == 200
    assert "1 page is tried again." in answer.content.decode()
    event = Line.objects.latest("pk")
    assert (event.kind, event.data["copies"]) == ("staff-retry", [unprintable.pk])
    assert event.seq
    tasks.produce(unprintable.pk)
    assert again(unprintable).ready


def test_a_copy_whose_file_is_lost_is_rendered_again_by_staff_as_the_same_copy_and_no_other_is(receipt: Receipt) -> None:
    tasks.print_copy(receipt.documents.get(), receipt.user)
    lost, kept = copy_of(receipt, 1), copy_of(receipt, 2)
    for printed in (lost, kept):
        tasks.produce(printed.pk)
        printed.refresh_from_db()
    said_before = words(content(lost))
    storage.default_storage.delete(lost.file.name)
    assert lost_copies() == [lost.pk]
    a_member_of_staff().post(
        "/admin/operations/print/", {"action": "try_again", "_selected_action": [lost.pk, kept.pk], "reason": "The gateway is back"}
    )
    assert Line.objects.latest("pk").data["copies"] == [lost.pk]
    assert again(lost).state == "progress"
    tasks.produce(lost.pk)
    assert words(content(again(lost))) == said_before
    assert again(kept).rendered_at == kept.rendered_at
    assert lost_copies() == []


def lost_copies() -> list[int]:
    return [violation.row["copy"] for violation in violations(files=True) if violation.code == "I25"]


def a_member_of_staff() -> Client:
    person = Person(by_app=True, is_staff=True, is_superuser=True, language="en")
    return person.client


def test_receipts_and_documents_are_shown_to_staff_and_changed_by_nobody(receipt: Receipt) -> None:
    staff = a_member_of_staff()
    for name, row in (("receipt", receipt), ("document", receipt.documents.get()), ("print", copy_of(receipt))):
        assert staff.get(f"/admin/operations/{name}/").status_code == 200
        page = staff.get(f"/admin/operations/{name}/{row.pk}/change/")
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert staff.get(f"/admin/operations/{name}/add/").status_code == 403
        assert staff.post(f"/admin/operations/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_what_may_pass_is_tried_again_later_and_given_up_after_five_attempts(receipt: Receipt, monkeypatch: Monkey) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the printer is out of its mind")

    monkeypatch.setattr(pdf, "render", fail)
    printed = copy_of(receipt)
    for attempt in range(1, 6):
        tasks.produce(printed.pk)
        printed.refresh_from_db()
        assert (printed.state, printed.attempts, printed.leased_until) == ("progress", attempt, None)
        assert timedelta(0) < printed.due_at - clock.now() <= timedelta(seconds=2**attempt)
        assert "out of its mind" in printed.error
    tasks.produce(printed.pk)
    printed.refresh_from_db()
    assert printed.state == "failed"
    assert "out of its mind" in printed.error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO], ids=["full", "failing"])
@pytest.mark.parametrize("deed", ["write", "sync"])
def test_a_disk_that_takes_nothing_is_waited_for_as_long_as_it_takes_and_leaves_no_half_file(
    receipt: Receipt, counted: list[str], monkeypatch: Monkey, deed: str, number: int
) -> None:
    printed = copy_of(receipt)

    def fail(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    def half(*_: Any) -> Iterator[bytes]:
        yield b"%PDF"
        fail()

    with monkeypatch.context() as broken:
        broken.setattr(*{"write": (ContentFile, "chunks", half), "sync": (os, "fsync", fail)}[deed])
        for _ in range(8):
            tasks.produce(printed.pk)
            printed.refresh_from_db()
            assert (printed.state, printed.attempts, printed.leased_until) == ("progress", 0, None)
            assert timedelta(0) < printed.due_at - clock.now() <= tasks.FULL_DISK_WAITS
            assert os.strerror(number) in printed.error
        assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
    tasks.produce(printed.pk)
    assert again(printed).ready


def test_a_copy_that_killed_every_worker_is_given_up_with_a_reason(receipt: Receipt, counted: list[str]) -> None:
    printed = copy_of(receipt)
    Print.objects.filter(pk=printed.pk).update(attempts=5)
    tasks.produce(printed.pk)
    assert again(printed).error == "every worker died that tried to make the page"
    assert not counted


# --- hints and the sweeper --------------------------------------------------------------------------------------------
@pytest.fixture
def hinted(monkeypatch: Monkey) -> list[tuple[str, dict[str, Any]]]:
    """The hints that reach the broker."""
    hints: list[tuple[str, dict[str, Any]]] = []
    for task in (tasks.render, sweeper.send):
        monkeypatch.setattr(task, "apply_async", lambda kwargs, retry, name=task.name: hints.append((name, kwargs)))
    return hints


def test_after_the_commit_a_worker_is_told_of_page_and_message(
    hinted: list[Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    token = Person(email="").ready()
    with django_capture_on_commit_callbacks(execute=True):
        perform(token, token.fingerprint)
        assert not hinted
    assert hinted == [("operations.render", {"copy": Print.objects.get().pk}), ("record.send", {"message": Message.objects.get().pk})]


def test_a_hint_renders_the_copy_it_names(receipt: Receipt, counted: list[str]) -> None:
    tasks.render.run(copy=copy_of(receipt).pk, unknown="a newer sender's")
    assert copy_of(receipt).ready


def swept() -> int:
    """One look at every outbox."""
    return sum(sweeper.sweep(outbox) for outbox in sweeper.OUTBOXES)


@pytest.fixture
def no_broker(settings: Any) -> Iterator[None]:
    """A broker's address where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with broker_at(closed, settings):
            yield


@pytest.fixture
def silent_broker(settings: Any) -> Iterator[None]:
    """A broker that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent, broker_at(silent, settings):  # the kernel takes the calls
        yield


@contextmanager
def broker_at(door: socket.socket, settings: Any) -> Iterator[None]:
    url = f"redis://127.0.0.1:{door.getsockname()[1]}/0"
    settings.CELERY_BROKER_URL = url
    before = app.conf.broker_url, app.conf.broker_write_url
    app.conf.broker_url = app.conf.broker_write_url = url
    _forget_connections()
    yield
    app.conf.broker_url, app.conf.broker_write_url = before
    _forget_connections()


def _forget_connections() -> None:
    pools.reset()
    app._after_fork()


def test_with_the_broker_away_a_done_operation_is_no_error_page_and_everything_still_comes(
    no_broker: None, counted: list[str], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    person = Person(email="")
    token = person.reviewed()
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True) as hints:
        done = person.confirm(token)
    assert len(hints) == 2
    assert time.monotonic() - began < 2
    assert done.status_code == 302
    assert person.client.get(done.url).status_code == 200
    with pytest.raises(OperationalError):
        tasks.render.apply_async(kwargs={"copy": 0}, retry=False)
    assert not sweeper.broker_is_there()
    assert swept() == 3  # the code, the text afterwards, the page
    assert Print.objects.get().ready
    assert not Message.objects.due().exists()
    assert swept() == 0


@pytest.mark.parametrize("hint", [tasks.hint, hint_of_a_text])
def test_a_broker_that_never_answers_holds_a_hint_for_a_moment_only(
    silent_broker: None, hint: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    hint(1)  # the first of a process also loads the client
    began = time.monotonic()
    hint(1)
    assert not sweeper.broker_is_there()
    assert time.monotonic() - began < 2  # 0.6 s; the machine of the tests is small and shared
    assert caplog.text.count("the broker is away") == 2


def test_a_worker_waits_for_the_broker_longer_than_those_who_hand_a_hint_over() -> None:
    ours = app.conf.broker_transport_options
    worker = SimpleNamespace(broker_transport_options=ours)
    celeryd_init.send(sender="prints@host", instance=None, conf=worker, options={})
    assert worker.broker_transport_options["socket_timeout"] > 1  # how long a worker's question for work may take
    assert app.conf.broker_transport_options["socket_timeout"] == 0.3
    assert worker.broker_transport_options["visibility_timeout"] == ours["visibility_timeout"]


def test_a_lost_hint_is_given_again_until_the_work_is_done(
    receipt: Receipt, hinted: list[Any], counted: list[str], monkeypatch: Monkey, shift: Shift
) -> None:
    monkeypatch.setattr(sweeper, "broker_is_there", lambda: True)
    assert swept() == len(hinted) == 2
    assert swept() == 0  # a worker has half a minute
    shift(timedelta(seconds=31))
    assert swept() == 2
    tasks.produce(copy_of(receipt).pk)
    shift(timedelta(seconds=62))
    assert swept() == 1
    assert [name for name, _ in hinted] == ["record.send", "operations.render"] * 2 + ["record.send"]


def test_a_broker_that_goes_between_look_and_hint_loses_nothing(receipt: Receipt, counted: list[str], monkeypatch: Monkey) -> None:
    def gone(**_: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(sweeper, "broker_is_there", lambda: True)
    for task in (tasks.render, sweeper.send):
        monkeypatch.setattr(task, "apply_async", gone)
    assert swept() == 2
    assert copy_of(receipt).ready


def test_the_broker_of_the_settings_is_there() -> None:
    assert sweeper.broker_is_there()


def test_the_sweeper_looks_at_every_outbox_once(monkeypatch: Monkey) -> None:
    looks: list[sweeper.Outbox] = []
    monkeypatch.setattr(sweeping, "sweep", looks.append)
    call_command("sweep", "--once")
    assert looks == list(sweeper.OUTBOXES)


class Stop(Event):
    """Says stop after so many waits, and waits for nothing."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        if not self.left:
            self.set()
        return self.is_set()


def test_an_outbox_is_watched_whatever_the_database_does(monkeypatch: Monkey) -> None:
    looks: list[sweeper.Outbox] = []

    def look(outbox: sweeper.Outbox) -> None:
        looks.append(outbox)
        raise sweeping.DatabaseError("restarting")

    monkeypatch.setattr(sweeping, "sweep", look)
    monkeypatch.setattr(sweeping, "close_old_connections", lambda: None)
    monkeypatch.setattr(sweeping, "connection", Mock())
    sweeping.watch(sweeper.OUTBOXES[0], Stop(after=4))
    assert looks == [sweeper.OUTBOXES[0]] * 4


@pytest.fixture
def handlers(monkeypatch: Monkey) -> dict[int, Any]:
    """What the sweeper does at a signal."""
    found: dict[int, Any] = {}
    monkeypatch.setattr(sweeping.signal, "signal", found.__setitem__)
    return found


def test_no_outbox_waits_for_another_until_the_sweeper_is_told_to_stop(monkeypatch: Monkey, handlers: dict[int, Any]) -> None:
    together = Barrier(len(sweeper.OUTBOXES))

    def watch(_outbox: sweeper.Outbox, stop: Event) -> None:
        if together.wait(5) == 0:  # each got here while the others still are
            handlers[sweeping.signal.SIGTERM](15, None)
        assert stop.wait(5)

    monkeypatch.setattr(sweeping, "watch", watch)
    sweeping.Command().handle()
    assert not together.broken


def test_a_sweeper_of_which_a_part_broke_ends_as_a_whole(monkeypatch: Monkey, handlers: dict[int, Any]) -> None:
    def watch(outbox: sweeper.Outbox, stop: Event) -> None:
        if outbox is sweeper.OUTBOXES[0]:
            raise LookupError("broken")
        assert stop.wait(5)

    monkeypatch.setattr(sweeping, "watch", watch)
    with pytest.raises(LookupError, match="broken"):
        sweeping.Command().handle()


# --- the receipt's page -----------------------------------------------------------------------------------------------
@pytest.fixture
def person() -> Person:
    return Person(language="en")


def test_the_receipt_shows_progress_then_the_page_or_that_it_failed(person: Person, counted: list[str]) -> None:
    receipt = person.renewed()
    url = f"/receipts/{receipt.uuid}/"
    page = person.client.get(url)
    assert "its page is being prepared and will appear here" in said(page)
    assert 'href="?wait=1"' in page.content.decode()
    tasks.produce(copy_of(receipt).pk)
    assert "Download" in said(person.client.get(url))
    Print.objects.update(rendered_at=None, failed_at=clock.now())
    failed = person.client.get(url)
    assert failed.status_code == 200
    assert "Sorry, the page could not be made; portal staff have been told." in said(failed)
    assert "What comes next" not in said(failed)


def test_looking_again_waits_for_a_page_that_is_nearly_ready(person: Person, counted: list[str], monkeypatch: Monkey) -> None:
    receipt = person.renewed()
    url = f"/receipts/{receipt.uuid}/"
    looks: list[float] = []

    def meanwhile(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            tasks.produce(copy_of(receipt).pk)

    monkeypatch.setattr(receipts, "WAIT", 2.0)
    monkeypatch.setattr(receipts.time, "sleep", meanwhile)
    assert b"data-progress" in person.client.get(url).content
    assert not looks
    assert b"data-progress" not in person.client.get(f"{url}?wait=1").content
    assert len(looks) == 2


def promised(person: Person, receipt: Receipt) -> str:
    """The copy that the page's button names now."""
    page = person.client.get(f"/receipts/{receipt.uuid}/").content.decode()
    found = re.search(r'name="copy" value="([0-9]+)"', page)
    assert found
    return found[1]


def ask(person: Person, receipt: Receipt, wanted: str) -> Any:
    return person.client.post(f"/documents/{receipt.documents.get().serial}/copies/", {"copy": wanted})


def colleague_of(person: Person) -> Person:
    """Another member of the account, in a browser of their own."""
    other = copy.copy(person)
    other.membership = MembershipFactory(account=person.account, user=UserFactory(language="en"))
    other.user, other.client = other.membership.user, Client()
    other.sign_in()
    return other


def test_the_first_print_is_copy_one_and_every_further_one_is_numbered(person: Person, counted: list[str]) -> None:
    receipt = person.renewed()
    document = receipt.documents.get()
    tasks.produce(copy_of(receipt).pk)
    assert promised(person, receipt) == "1"
    assert ask(person, receipt, "1").url == f"/documents/{document.serial}.pdf"
    assert document.prints.count() == 1
    assert promised(person, receipt) == "2"
    assert ask(person, receipt, "2").url == f"/receipts/{receipt.uuid}/"  # it is still to be made
    second = copy_of(receipt, 2)
    assert (second.taken_by, second.taken_at is not None) == (person.user, True)
    tasks.produce(second.pk)
    file = person.client.get(f"/documents/{document.serial}.pdf")
    assert file["Content-Type"] == "application/pdf"
    assert f'filename="{document.serial}-2.pdf"' in file["Content-Disposition"]
    assert b"".join(file.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize("wanted", [1, 2])
def test_a_copy_asked_for_twice_is_made_once(person: Person, counted: list[str], wanted: int) -> None:
    receipt = person.renewed()
    for number in range(1, wanted + 1):
        answers = {ask(person, receipt, str(number)).url for _click in range(3)}
        assert len(answers) == 1
        tasks.produce(copy_of(receipt, number).pk)
    assert receipt.documents.get().prints.count() == wanted
    assert ask(person, receipt, str(wanted)).url == f"/documents/{receipt.documents.get().serial}.pdf"
    assert receipt.documents.get().prints.count() == wanted


@pytest.mark.parametrize("wanted", ["", "0", "3", "-1", "٢", "x", "9" * 50])
def test_a_copy_that_no_button_promised_is_not_made(person: Person, wanted: str) -> None:
    receipt = person.renewed()
    assert ask(person, receipt, wanted).url == f"/receipts/{receipt.uuid}/"
    printed = receipt.documents.get().prints.get()
    assert printed.taken_at is None


def test_a_colleague_with_the_same_page_before_them_gets_a_copy_of_their_own(person: Person, counted: list[str]) -> None:
    receipt = person.renewed()
    ask(person, receipt, "1")
    colleague = colleague_of(person)
    for _click in range(2):
        ask(colleague, receipt, "1")
    assert list(receipt.documents.get().prints.order_by("copy").values_list("copy", "user", "taken_by")) == [
        (1, person.user.pk, person.user.pk),
        (2, colleague.user.pk, colleague.user.pk),
    ]


def test_a_fresh_copy_is_printed_by_whoever_comes_first(person: Person, counted: list[str]) -> None:
    receipt = person.renewed()
    colleague = colleague_of(person)
    for _click in range(2):
        ask(colleague, receipt, "1")
    assert copy_of(receipt).taken_by == colleague.user
    ask(person, receipt, "1")
    assert copy_of(receipt, 2).taken_by == person.user


@pytest.mark.usefixtures("transactional_db")
def test_of_simultaneous_clicks_one_makes_the_copy(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(pdf, "render", lambda *_: b"%PDF-1.7")
    person = Person()
    receipt = person.renewed()
    ask(person, receipt, "1")
    address = f"/documents/{receipt.documents.get().serial}/copies/"

    def click(_: int) -> str:
        client = Client()
        client.cookies["session"] = person.client.cookies["session"].value
        return str(client.post(address, {"copy": "2"}).url)

    assert set(all_at_once(click, 6)) == {f"/receipts/{receipt.uuid}/"}
    assert receipt.documents.get().prints.count() == 2


def test_another_copy_can_be_asked_for_where_one_failed(person: Person, counted: list[str]) -> None:
    receipt = person.renewed()
    copy_of(receipt).fail("its printer's name")
    ask(person, receipt, "2")
    tasks.produce(copy_of(receipt, 2).pk)
    assert copy_of(receipt, 2).ready


# --- a file that is lost ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_copy_whose_file_is_lost_says_so_and_another_one_can_be_printed(
    language: str, counted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    person = Person(language=language)
    receipt = person.renewed()
    address = f"/documents/{receipt.documents.get().serial}.pdf"
    tasks.produce(copy_of(receipt).pk)
    Path(copy_of(receipt).file.path).unlink()
    assert person.client.get(f"/receipts/{receipt.uuid}/").status_code == 200
    page = person.client.get(address)
    assert page.status_code == 404
    with override(language):
        assert gettext("The file of this copy is missing") in said(page)
        assert gettext("Error:") in said(page)
    assert [(record.levelname, record.reference) for record in caplog.records if record.name == receipts.__name__] == [
        ("ERROR", f"{receipt.documents.get().serial}-1.pdf")
    ]
    assert 'name="copy" value="2"' in page.content.decode()
    assert ask(person, receipt, "2").url == f"/receipts/{receipt.uuid}/"
    tasks.produce(copy_of(receipt, 2).pk)
    assert b"".join(person.client.get(address).streaming_content).startswith(b"%PDF")
    assert [str(found) for found in violations(files=True) if found.code == "I25"]  # the loss itself stays on record


def test_copies_of_two_people_at_once_are_two(person: Person) -> None:
    """Whoever comes second finds the first copy taken: the document's row is locked before it is looked at."""
    receipt = person.renewed()
    document = receipt.documents.get()
    with CaptureQueriesContext(connection) as queries:
        person.client.post(f"/documents/{document.serial}/copies/", {"copy": "1"})
    about = [query["sql"] for query in queries if "operations_" in query["sql"]]
    locked = next(place for place, sql in enumerate(about) if "FOR UPDATE" in sql)
    read = next(place for place, sql in enumerate(about) if 'FROM "operations_print"' in sql)
    assert locked < read


def test_a_copy_is_never_asked_for_by_looking(person: Person) -> None:
    document = person.renewed().documents.get()
    assert person.client.get(f"/documents/{document.serial}/copies/").status_code == 405


def test_the_address_of_a_document_leads_to_its_receipt(person: Person) -> None:
    receipt = person.renewed()
    document = receipt.documents.get()
    for serial in (document.serial, show_serial(document.serial).lower()):
        assert person.client.get(f"/documents/{serial}/").url == f"/receipts/{receipt.uuid}/"
    assert person.client.get(f"/documents/{document.serial}.pdf").url == f"/receipts/{receipt.uuid}/"


def test_receipts_and_pages_of_another_account_do_not_exist(person: Person, counted: list[str]) -> None:
    receipt = person.renewed()
    tasks.produce(copy_of(receipt).pk)
    serial = receipt.documents.get().serial
    stranger = Person().client
    for url in (f"/receipts/{receipt.uuid}/", f"/documents/{serial}/", f"/documents/{serial}.pdf"):
        assert stranger.get(url).status_code == 404
    assert stranger.post(f"/documents/{serial}/copies/").status_code == 404
    for odd in ("000000000000", "x", "%00", "%F0%9F", "٧" * 12, "A" * 500):
        assert person.client.get(f"/documents/{odd}/").status_code == 404
    assert Document.objects.count() == Print.objects.count() == 1


def test_the_copy_is_in_the_name_of_whoever_printed_it(person: Person) -> None:
    receipt = person.renewed()
    colleague = UserFactory(name_en="NOURA")
    printed = tasks.print_copy(receipt.documents.get(), User.objects.get(pk=colleague.pk))
    assert printed.printed_by["en"] == "NOURA"
    assert printed.copy == 2
