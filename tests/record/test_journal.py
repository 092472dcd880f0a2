"""The journal: gapless under many hands, and no line changed, lost, added or cut off unnoticed."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from muqeem import clock
from muqeem.record import chain, journal
from muqeem.record.models import ChainHead, Demonstration, Event
from tests.accounts.people import all_at_once
from tests.factories import EntryFactory
from tests.operations.journeys import Person

pytestmark = pytest.mark.django_db
MANY = 8


def seal(times: int = 5) -> list[Event]:
    return [Event.objects.seal("credit", actor="huda", account="7900000001", subject=f"BANK-{n}", amount="1.00") for n in range(times)]


@contextmanager
def tampering():
    """What a master of the database can do: work past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_event DISABLE TRIGGER ALL")
        yield cursor
        cursor.execute("ALTER TABLE record_event ENABLE TRIGGER ALL")


# --- the chain ---


def test_each_line_carries_the_hash_of_the_one_before() -> None:
    before = ChainHead.objects.get()
    first, second = seal(2)
    assert (first.previous_hash, second.previous_hash) == (before.hash, first.hash)
    assert (first.seq, second.seq) == (before.seq + 1, before.seq + 2)
    assert second.hash == chain.digest(f"{first.hash}\n{second.body}")
    assert journal.head() == journal.Anchor(second.seq, second.hash)
    assert list(journal.faults()) == []
    assert (str(first), str(ChainHead.objects.get())) == ("credit BANK-0", f"link {second.seq}")


def test_lines_that_need_no_proof_are_not_chained() -> None:
    written = Event.objects.write("sign-in", actor="sara", account="7900000001", method="text")
    assert (written.seq, written.hash, written.data) == (None, "", {"method": "text"})
    assert list(Event.objects.of_account("7900000001")) == [written]
    assert not Event.objects.chained().exists()


def test_the_canonical_text_is_one_for_one_value() -> None:
    moment = datetime(2026, 5, 1, 12, tzinfo=UTC)
    value = {"b": moment, "a": {"z": date(2026, 5, 1), "ي": Decimal("1.50")}}
    text = '{"a":{"z":"2026-05-01","ي":"1.50"},"b":"2026-05-01T12:00:00.000000+00:00"}'
    assert chain.canonical(value) == text == chain.canonical({**value, "b": moment.astimezone(clock.RIYADH)})
    with pytest.raises(TypeError, match="no canonical form"):
        chain.canonical({"a": object()})


@pytest.mark.usefixtures("transactional_db")
def test_a_link_is_sealed_inside_a_transaction_only() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        seal(1)


@pytest.mark.usefixtures("transactional_db")
def test_a_link_that_is_rolled_back_leaves_no_gap() -> None:
    with transaction.atomic():
        seal(1)
    with pytest.raises(ZeroDivisionError):
        seal_and_fail()
    with transaction.atomic():
        seal(1)
    assert list(Event.objects.chained().values_list("seq", flat=True)) == [1, 2]
    assert list(journal.faults()) == []


def seal_and_fail() -> float:
    with transaction.atomic():
        return len(seal(1)) / 0


def seal_at_once() -> list[object]:
    def several(number: int) -> None:
        for turn in range(6):
            with transaction.atomic():
                Event.objects.seal("credit", actor=f"user{number}", subject=f"{number}-{turn}")

    return list(all_at_once(several, MANY))


@pytest.mark.usefixtures("transactional_db")
def test_links_sealed_by_many_at_once_are_gapless() -> None:
    assert seal_at_once() == [None] * MANY
    assert list(Event.objects.chained().values_list("seq", flat=True)) == list(range(1, MANY * 6 + 1))
    assert list(journal.faults()) == []


@pytest.mark.usefixtures("transactional_db")
def test_without_the_lock_of_the_head_links_collide(monkeypatch) -> None:
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self: self)
    outcomes = seal_at_once()
    assert any(isinstance(outcome, DatabaseError) for outcome in outcomes) or list(journal.faults())


# --- what a proof finds ---

REHASHED = r"""
    UPDATE record_event SET data = '{"amount": "9.00"}', body = replace(body, '1.00', '9.00'),
        hash = encode(sha256(convert_to(previous_hash || E'\n' || replace(body, '1.00', '9.00'), 'UTF8')), 'hex')
    WHERE seq = 3
"""
ADDED = """
    INSERT INTO record_event (seq, at, kind, actor, account, subject, data, body, previous_hash, hash)
    SELECT 6, at, kind, actor, account, subject, data, body, hash, 'f' FROM record_event WHERE seq = 5
"""
TAMPERED = {
    "a value changed": ('UPDATE record_event SET data = \'{"amount": "9.00"}\' WHERE seq = 3', ["line 3 was changed beside its text"]),
    "a moment changed": ("UPDATE record_event SET at = at + interval '1 second' WHERE seq = 3", ["line 3 was changed beside its text"]),
    "the text changed": (
        "UPDATE record_event SET body = replace(body, '1.00', '9.00') WHERE seq = 3",
        ["line 3 does not match its hash", "line 3 was changed beside its text"],
    ),
    "value and text changed": (
        "UPDATE record_event SET body = replace(body, '1.00', '9.00'), data = '{\"amount\": \"9.00\"}' WHERE seq = 3",
        ["line 3 does not match its hash"],
    ),
    "the hash changed with them": (
        REHASHED,
        ["line 4 does not follow the line before it"],
    ),
    "a line deleted": ("DELETE FROM record_event WHERE seq = 3", ["line 3 is missing", "line 4 does not follow the line before it"]),
    "the first line deleted": (
        "DELETE FROM record_event WHERE seq = 1",
        ["line 1 is missing", "line 2 does not follow the line before it"],
    ),
    "the tail cut off": ("DELETE FROM record_event WHERE seq > 3", ["the head names line 5, the journal ends at line 3"]),
    "all deleted": ("DELETE FROM record_event", ["the head names line 5, the journal ends at line 0"]),
    "a line added": (
        ADDED,
        ["line 6 does not match its hash", "line 6 was changed beside its text", "the head names line 5, the journal ends at line 6"],
    ),
    "the head set back": ("UPDATE record_chainhead SET seq = 4", ["the head names line 4, the journal ends at line 5"]),
    "the head deleted": ("DELETE FROM record_chainhead", ["the head is missing"]),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_whatever_is_tampered_with_is_found(how) -> None:
    seal()
    assert list(journal.faults()) == []
    sql, faults = TAMPERED[how]
    with tampering() as cursor:
        cursor.execute(sql)
    assert list(journal.faults()) == faults


def cut_with_its_head(cursor) -> None:
    cursor.execute("DELETE FROM record_event WHERE seq > 3")
    cursor.execute("UPDATE record_chainhead SET seq = 3, hash = (SELECT hash FROM record_event WHERE seq = 3)")


def test_a_tail_cut_off_with_its_head_is_found_by_the_anchor_alone() -> None:
    seal()
    anchor = journal.head()
    with tampering() as cursor:
        cut_with_its_head(cursor)
    assert list(journal.faults()) == []
    assert list(journal.faults(anchor)) == ["the anchored line 5 is missing"]


def test_a_journal_rewritten_as_a_whole_is_found_by_the_anchor_alone() -> None:
    seal()
    anchor = journal.head()
    with tampering() as cursor:
        cut_with_its_head(cursor)
    Event.objects.seal("credit", actor="huda", subject="BANK-3", amount="9.00")
    Event.objects.seal("credit", actor="huda", subject="BANK-4", amount="1.00")
    assert list(journal.faults()) == []
    assert list(journal.faults(anchor)) == ["line 5 is not the one that was anchored"]


# --- the command ---


def verify(*args: str) -> str:
    out = StringIO()
    call_command("verify_journal", *args, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_says_that_the_journal_holds_and_renews_the_anchor(tmp_path) -> None:
    anchor = tmp_path / "anchor"
    seal(3)
    assert verify("--anchor", str(anchor)).startswith("The journal holds: 3 lines, head ")
    first = anchor.read_text()
    seal(2)
    verify("--anchor", str(anchor))
    assert (first.split()[0], anchor.read_text().split()[0]) == ("3", "5")
    assert verify().startswith("The journal holds: 5 lines")


def test_the_command_fails_on_a_fault_and_leaves_the_anchor(tmp_path, capsys) -> None:
    anchor = tmp_path / "anchor"
    seal()
    verify("--anchor", str(anchor))
    kept = anchor.read_text()
    with tampering() as cursor:
        cut_with_its_head(cursor)
    with pytest.raises(CommandError, match="1 fault"):
        verify("--anchor", str(anchor))
    assert anchor.read_text() == kept


def test_an_empty_journal_holds_and_can_be_anchored(tmp_path) -> None:
    anchor = tmp_path / "anchor"
    assert "0 lines" in verify("--anchor", str(anchor))
    seal(1)
    assert "1 lines" in verify("--anchor", str(anchor))


@pytest.mark.usefixtures("transactional_db")
def test_the_proof_sees_one_moment_while_others_go_on_sealing(monkeypatch) -> None:
    with transaction.atomic():
        seal()
    lines = Event.objects.chained

    def another_line() -> None:
        with transaction.atomic():
            seal(1)

    def sealed_meanwhile() -> object:
        """The lines, after whose reading somebody else seals another before the head is read."""
        found = list(lines())
        all_at_once(lambda _: another_line(), 1)
        query = lines()
        monkeypatch.setattr(query, "iterator", lambda chunk_size: iter(found))
        return query

    monkeypatch.setattr(type(Event.objects), "chained", lambda self: sealed_meanwhile())
    assert verify().startswith("The journal holds: 5 lines")
    assert list(journal.faults()) == ["the head names line 7, the journal ends at line 6"]  # without the snapshot


# --- what the database refuses ---


@pytest.mark.parametrize("table", ["record_event", "accounts_entry", "operations_receipt"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_tables_refuse_to_be_changed(table, sql) -> None:
    if table == "operations_receipt":
        Person().renewed()
    EntryFactory()
    seal(1)
    Demonstration.objects.all().delete()  # only a demonstration may be thrown away as a whole
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at the end of the transaction that wrote the rows
        with pytest.raises(DatabaseError, match="is append-only"), transaction.atomic():
            cursor.execute(sql.format(table))


def test_the_data_of_a_demonstration_may_be_thrown_away_as_a_whole() -> None:
    seal(1)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE record_event")
    assert not Event.objects.exists()


def test_half_a_link_is_refused_by_the_database() -> None:
    with pytest.raises(DatabaseError, match="event_chained_whole"), transaction.atomic():
        Event.objects.create(kind="x", at=clock.now(), seq=1, body="", hash="f")
