"""Each promise of the database is broken on purpose, beneath every guard, and seen; a good run breaks none."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Attempt, OperationToken, Subscription, Wallet
from muqeem import catalogue, clock, codes, pdf
from muqeem.operations.invariants import INVARIANTS, violations
from muqeem.operations.models import Document, Print, Receipt, new_receipt_number
from muqeem.operations.perform import prepare
from muqeem.operations.tasks import produce
from muqeem.record.models import Event, Message
from muqeem.record.tasks import deliver
from tests.factories import IqamaFactory, MembershipFactory, VisaFactory
from tests.operations.journeys import Person

GUARDED = {
    "accounts_entry": [],
    "accounts_operationtoken": ["token_tries"],
    "operations_document": [],
    "operations_print": ["print_rendered_whole"],
    "operations_receipt": ["receipt_once"],
    "record_event": [],
    "residency_missingreport": [],
    "residency_visa": ["visa_one_open"],
}


class World:
    """One renewal with all that came of it, as the sweeper leaves it behind."""

    def __init__(self) -> None:
        self.person = Person()
        MembershipFactory(account=self.person.account, main=True)  # somebody who is told of what others do
        self.receipt = self.person.renewed()
        self.token = self.receipt.token
        for pk in Message.objects.values_list("pk", flat=True):
            deliver(pk)
        for pk in Print.objects.values_list("pk", flat=True):
            produce(pk)


def unguard() -> None:
    """Take away what the database itself would refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, constraints in GUARDED.items():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for constraint in constraints:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(pdf, "render", lambda *_: b"%PDF a page")
    made = World()
    assert [str(violation) for violation in violations(files=True)] == []
    unguard()
    return made


def done_twice(world: World) -> None:
    """Everything that a second confirmation would do, so that only the count is wrong."""
    again = Receipt.objects.get(pk=world.receipt.pk)
    again.pk, again.number, again.uuid = None, new_receipt_number(), again.token.uuid
    again.save(force_insert=True)
    Subscription.spend(again.account, clock.today(), again.spent)
    Wallet.of(again.account).pay(again.total, reference=again.number, actor="somebody")
    document = Document.objects.get(receipt=world.receipt)
    document.pk, document.receipt, document.serial = None, again, "000000000000"
    document.save(force_insert=True)
    document.print_copy(again.user)
    Message.objects.create(template="operation-done", language="ar", receiver="+966500000000", arguments={"receipt": again.number})
    Event.objects.seal("operation", subject=str(again.uuid), receipt=again.number, digest=again.digest(), texts=1)


def refused_after_it_was_done(world: World) -> None:
    run(
        "UPDATE accounts_operationtoken SET used_at = used_at - interval '10 s', verified_at = verified_at - interval '10 s',"
        " sent_at = sent_at - interval '10 s', expires_at = expires_at - interval '10 s'"
    )(world)
    Event.objects.seal("refusal", subject=str(world.token.uuid))


def sent_at(*seconds_ago: int) -> Callable[[World], None]:
    def send(world: World) -> None:
        with connection.cursor() as cursor:
            for seconds in seconds_ago:
                sent = Attempt.objects.create(name="somebody", kind=Attempt.Kind.SEND)
                cursor.execute("UPDATE accounts_attempt SET at = at - %s * interval '1 s' WHERE id = %s", [seconds, sent.pk])

    return send


def run(*statements: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount > 0, f"changed nothing: {statement}"

    return change


def travels(*statements: str) -> Callable[[World], None]:
    """Somebody is granted a visa, and then its rows are harmed."""

    def harm(world: World) -> None:
        Person().performed("exit-reentry-issue")
        run(*statements)(world)

    return harm


def confirmed_alone(world: World) -> None:
    """The token of what was done confirms something that nobody confirmed."""
    prepared = prepare(token := world.person.reviewed(), token.fingerprint)
    run(f"UPDATE accounts_operationtoken SET confirms_id = {prepared.token_id} WHERE id = {world.token.pk}")(world)


def by_one_where_two_are_asked_for(world: World) -> None:
    person = Person()
    person.performed("final-exit-issue")
    person.account.ask_for_two(by="somebody")
    run(f"UPDATE accounts_account SET four_eyes_since = four_eyes_since - interval '1 hour' WHERE id = {person.account.pk}")(world)


def replaces(*statements: str, lost: bool = False) -> Callable[[World], None]:
    """Somebody's card is replaced, and then its rows are harmed."""

    def harm(world: World) -> None:
        person = Person()
        if lost:
            person.performed("missing-iqama")
        person.performed("iqama-replacement", reason="lost" if lost else "damaged")
        run(*statements)(world)

    return harm


NEWEST = "id = (SELECT max(id) FROM residency_iqama)"


def seal_again(world: World) -> None:
    Event.objects.seal("operation", subject=str(world.receipt.uuid), receipt=world.receipt.number)


COPY_OF_A_TEXT = """
INSERT INTO record_message (key, template, language, receiver, arguments, account, created_at, due_at, attempts, sent_at, error)
SELECT gen_random_uuid(), template, language, receiver, {arguments}, account, created_at, due_at, attempts, sent_at, error
FROM record_message WHERE arguments ? '{name}' LIMIT 1
"""

BREAKS: list[tuple[str, str, Callable[[World], Any]]] = [
    ("I01", "a second receipt of a token", done_twice),
    ("I02", "a receipt whose token was never used", run("UPDATE accounts_operationtoken SET used_at = NULL")),
    ("I03", "an operation after the token's end", run("UPDATE accounts_operationtoken SET used_at = expires_at + interval '1 s'")),
    ("I03", "a token that lives too long", run("UPDATE accounts_operationtoken SET expires_at = expires_at + interval '1 min'")),
    ("I04", "another price than confirmed", run("""UPDATE accounts_operationtoken SET shown = shown || '{"total": "1.00"}'""")),
    ("I04", "other facts than confirmed", run("UPDATE accounts_operationtoken SET shown = jsonb_set(shown, '{facts,months}', '24')")),
    ("I04", "a person renumbered", run("UPDATE residency_resident SET iqama_number = '2999999999'")),
    ("I05", "a token that opened itself", run("UPDATE accounts_operationtoken SET tries = 0")),
    ("I05", "a token of six tries", run("UPDATE accounts_operationtoken SET tries = 6")),
    ("I05", "a code that was too old", run("UPDATE accounts_operationtoken SET sent_at = sent_at - interval '6 min'")),
    ("I06", "a package that lost too many", run("UPDATE accounts_subscription SET operations_spent = operations_spent + 1")),
    ("I06", "a package that lost none", run("UPDATE accounts_subscription SET operations_spent = 0")),
    ("I07", "a version left out", lambda world: IqamaFactory(resident=world.person.resident, version=4)),
    ("I08", "another term than the receipt's", run("UPDATE residency_iqama SET months = 24 WHERE version = 2")),
    ("I08", "another end than the receipt's", run("UPDATE residency_iqama SET expires_on = expires_on + 1 WHERE version = 2")),
    ("I09", "a renewal that left days out", run("UPDATE residency_iqama SET expires_on = expires_on - 1 WHERE version = 1")),
    ("I10", "a person whom the account does not reach", run("UPDATE residency_resident SET kind = 'worker'")),
    ("I11", "a member who had left", run("UPDATE accounts_membership SET removed_at = created_at")),
    ("I11", "a member who was suspended", run("UPDATE accounts_membership SET suspended_at = created_at")),
    (
        "I12",
        "an operation without its text",
        run("DELETE FROM record_message WHERE arguments ? 'receipt' AND template = 'residency-renewed'"),
    ),
    ("I12", "an operation without a copy", run("DELETE FROM operations_print")),
    ("I12", "an operation without its page", run("DELETE FROM operations_print", "DELETE FROM operations_document")),
    ("I13", "a text forgotten", run("UPDATE record_message SET sent_at = NULL, due_at = due_at - interval '2 min'")),
    (
        "I13",
        "a text that is only ever hinted",
        run("UPDATE record_message SET sent_at = NULL, attempts = 0, created_at = created_at - interval '2 min'"),
    ),
    (
        "I13",
        "a copy forgotten",
        run("UPDATE operations_print SET rendered_at = NULL, file = '', sha256 = '', due_at = due_at - interval '2 min'"),
    ),
    ("I14", "one code sent in two texts", run(COPY_OF_A_TEXT.format(name="token", arguments="arguments"))),
    ("I14", "a code without a text", run("DELETE FROM record_message WHERE arguments ? 'token'")),
    ("I14", "a text sent without a try", run("UPDATE record_message SET attempts = 0")),
    ("I15", "a text of a ghost", run(COPY_OF_A_TEXT.format(name="receipt", arguments="""'{"receipt": "000000000000"}'"""))),
    ("I15", "a code that was never asked for", run(COPY_OF_A_TEXT.format(name="token", arguments="""arguments || '{"token": "none"}'"""))),
    ("I16", "a copy without its hash", run("UPDATE operations_print SET sha256 = ''")),
    ("I17", "an operation told twice", seal_again),
    ("I18", "a line changed", run("UPDATE record_event SET actor = 'nobody' WHERE kind = 'credit'")),
    ("I18", "a line changed with its text", run("UPDATE record_event SET body = replace(body, 'credit', 'Credit') WHERE kind = 'credit'")),
    ("I18", "a line cut out", run("DELETE FROM record_event WHERE kind = 'credit'")),
    ("I18", "a tail cut off", run("UPDATE record_chainhead SET seq = seq + 1")),
    ("I19", "a refusal of what was done", refused_after_it_was_done),
    ("I20", "codes too close together", sent_at(90, 60)),
    ("I20", "six codes in an hour", sent_at(3000, 2500, 2000, 1500, 1000, 500)),
    ("I20", "eleven codes in a day", sent_at(*range(7200, 86400, 7200))),
    ("I21", "two open visas", lambda world: VisaFactory.create_batch(2, resident=world.person.resident)),
    ("I26", "a visa that is not there", travels("DELETE FROM residency_visa")),
    ("I26", "a visa of another day", travels("UPDATE residency_visa SET issued_on = issued_on - 1")),
    (
        "I26",
        "a visa beyond the residency",
        travels("UPDATE operations_document SET facts = facts || '{\"permit_until_on\": \"2020-01-01\"}' WHERE facts ? 'visa_number'"),
    ),
    ("I27", "a confirmation of one's own", confirmed_alone),
    ("I27", "what takes two people done by one", by_one_where_two_are_asked_for),
    ("I28", "a replacement that is not there", replaces(f"DELETE FROM residency_iqama WHERE {NEWEST}")),
    ("I28", "a replacement of other days", replaces(f"UPDATE residency_iqama SET expires_on = expires_on + 1 WHERE {NEWEST}")),
    ("I28", "a report that was not named", replaces("UPDATE residency_missingreport SET replaced_by_id = NULL", lost=True)),
    ("I22", "money from nowhere", run("UPDATE accounts_wallet SET balance = balance + 1")),
    (
        "I23",
        "an operation for nothing",
        run(
            "UPDATE accounts_wallet SET balance = balance - (SELECT amount FROM accounts_entry WHERE kind = 'operation')",
            "DELETE FROM accounts_entry WHERE kind = 'operation'",
        ),
    ),
    (
        "I23",
        "money taken for nothing",
        run("UPDATE accounts_entry SET reference = 'none' WHERE kind = 'operation'", "DELETE FROM accounts_attempt"),
    ),
    ("I24", "a receipt changed behind the journal", run("UPDATE operations_receipt SET at = at + interval '1 ms'")),
]


@pytest.mark.parametrize(("code", "harm"), [pytest.param(code, harm, id=f"{code} {what}") for code, what, harm in BREAKS])
def test_a_broken_promise_is_reported_and_no_other(world: World, code: str, harm: Callable[[World], Any]) -> None:
    harm(world)
    assert {violation.code for violation in violations()} == {code}


def test_every_promise_is_broken_by_some_test() -> None:
    assert {invariant.code for invariant in INVARIANTS} | {"I24"} == {code for code, _, _ in BREAKS}


def test_an_operation_begun_right_after_the_sign_in_breaks_no_promise(db: None) -> None:
    person = Person()
    sign_in = OperationToken.begin(person.user, catalogue.SIGN_IN)
    sign_in.try_code(codes.derive(str(sign_in.uuid), sign_in.sends))
    person.start()
    assert Attempt.objects.filter(kind=Attempt.Kind.SEND).count() == 2
    assert not [str(violation) for violation in violations() if violation.code == "I20"]


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_file_that_is_not_the_rendered_one_is_reported(world: World, harm: str) -> None:
    printed = Print.objects.get()
    storage, name = printed.file.storage, printed.file.name
    storage.delete(name)
    if harm == "changed":
        storage.save(name, io.BytesIO(b"%PDF another page"))
    assert [violation.code for violation in violations(files=True)] == ["I25"]
    assert list(violations()) == []


def test_the_command_is_silent_about_a_good_day_and_names_what_is_broken(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "render", lambda *_: b"%PDF a page")
    world = World()
    said, complained = io.StringIO(), io.StringIO()
    call_command("check_invariants", files=True, stdout=said, stderr=complained)
    assert said.getvalue() == f"All {len(INVARIANTS)} promises hold.\n"
    assert not complained.getvalue()
    Wallet.objects.update(balance=1)
    with pytest.raises(CommandError, match="1 row"):
        call_command("check_invariants", stdout=said, stderr=complained)
    assert complained.getvalue().startswith(
        f"I22 a wallet holds the sum of its entries, each with the balance after it: wallet {world.person.wallet.pk}"
    )


def test_the_command_can_change_nothing_and_takes_its_time(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[tuple[Any, ...]] = []

    def look(*, files: bool) -> list[Any]:
        with connection.cursor() as cursor:
            settings = ("transaction_isolation", "transaction_read_only", "statement_timeout", "idle_in_transaction_session_timeout")
            cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in settings))
            modes.append(cursor.fetchone())
        return []

    monkeypatch.setattr("muqeem.operations.invariants.violations", look)
    call_command("check_invariants", stdout=io.StringIO())
    assert modes == [("repeatable read", "on", "0", "0")]
