"""What an account sees of its operations, and what anyone may see: the keys of seals, the fees."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muqeem import clock, seal
from muqeem.operations.base import registry
from muqeem.operations.models import Document, Receipt
from muqeem.operations.perform import Refused, perform
from muqeem.operations.views import receipts
from muqeem.record.models import Event, Parameter
from muqeem.serials import show_serial
from tests.factories import AccountFactory, BranchFactory, HoldFactory, MembershipFactory, ResidentFactory, UserFactory, in_days
from tests.operations.journeys import RENEWAL, Person, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> Person:
    return Person(language="en")


def refused(person: Person) -> None:
    """A confirmation that was refused because of a fine, which is paid since."""
    token = person.ready()
    hold = HoldFactory(resident=person.resident)
    with pytest.raises(Refused):
        perform(token, token.fingerprint)
    type(hold).objects.update(cleared_on=clock.today())
    token.close()


def done(person: Person) -> Receipt:
    person.resident = ResidentFactory(domestic=True, sponsor=person.account)
    return perform(token := person.ready(), token.fingerprint)


# --- my operations ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["ar", "en"])
def test_what_was_done_and_refused_is_listed_with_who_and_why(language: str) -> None:
    person = Person(language=language)
    refused(person)
    receipt = done(person)
    text = said(person.client.get("/operations/"))
    assert receipt.number in text
    assert {"ar": "مخالفات مرورية غير مسددة", "en": "Unpaid traffic violations"}[language] in text
    assert {"ar": "الحل: ", "en": "Next step: Pay them"}[language] in text
    assert text.count({"ar": person.user.name_ar, "en": person.user.name_en}[language]) >= 2
    assert text.index(receipt.number) < text.index({"ar": "مخالفات مرورية", "en": "Unpaid traffic"}[language])


def test_an_account_sees_its_own_operations_only(person: Person) -> None:
    done(person)
    assert "No operations yet" in said(Person(language="en").client.get("/operations/"))


def test_somebody_who_is_no_user_any_more_is_called_by_the_name_in_the_journal(person: Person) -> None:
    Event.objects.write("operation", actor="gone", account=person.account.number, subject=str(done(person).uuid), slug="old", receipt="1")
    text = said(person.client.get("/operations/"))
    assert "gone" in text
    assert "old" in text


def test_a_journey_that_waits_can_be_carried_on(person: Person) -> None:
    token = person.ready()
    other = person.ready()
    other.close()
    lapsed = person.token()
    type(lapsed).objects.filter(pk=lapsed.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    page = person.client.get("/operations/")
    assert f'href="/operations/{token.uuid}/"' in page.content.decode()
    assert str(other.uuid) not in page.content.decode()
    assert str(lapsed.uuid) not in page.content.decode()
    assert "Nothing has been charged" in said(page)
    type(person.membership).objects.update(is_main=False)
    assert str(token.uuid) not in person.client.get("/operations/").content.decode()


def test_a_journey_that_waits_for_its_code_can_be_carried_on_for_a_while(person: Person, shift: Callable[[timedelta], None]) -> None:
    token = person.start()
    assert 'the operation is under "My operations"' in said(person.get(token))
    page = person.client.get("/operations/")
    assert f'href="/operations/{token.uuid}/"' in page.content.decode()
    assert "Waiting for its security code" in said(page)
    type(token).objects.update(tries=5)
    assert str(token.uuid) not in person.client.get("/operations/").content.decode()
    type(token).objects.update(tries=0)
    shift(timedelta(minutes=14))
    assert str(token.uuid) in person.client.get("/operations/").content.decode()
    shift(timedelta(minutes=15))
    person.sign_in()
    assert str(token.uuid) not in person.client.get("/operations/").content.decode()


def test_long_lists_are_read_page_by_page(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "PAGE", 2)
    numbers = [done(person).number for _ in range(5)][::-1]
    url, seen = "/operations/", []
    for _page in range(3):
        page = person.client.get(url)
        seen += [number for number in numbers if number in said(page)]
        following = page.context["next"]
        url = f"/operations/?before={following}"
        assert (f'href="?before={following}"' in page.content.decode()) == bool(following)
    assert seen == numbers
    assert following is None
    for odd in ("x", "-1", "9" * 30, "٣", "\x00"):
        assert numbers[0] in said(person.client.get("/operations/", {"before": odd}))


def queries_of(person: Person, url: str) -> int:
    person.client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert person.client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", ["/operations/", "/services/", f"/services/{RENEWAL}/", "/fees/"])
def test_a_list_of_three_asks_no_more_than_a_list_of_one(person: Person, url: str) -> None:
    done(person)
    one = queries_of(person, url)
    refused(person)
    done(person)
    assert queries_of(person, url) == one
    assert one <= 14


def test_a_receipt_asks_little(person: Person) -> None:
    assert queries_of(person, f"/receipts/{done(person).uuid}/") <= 12


def test_a_receipt_is_seen_by_every_member_of_the_account(person: Person) -> None:
    receipt = done(person)
    colleague = MembershipFactory(account=person.account, user=UserFactory(language="en"))
    person.user = colleague.user
    person.sign_in()
    page = person.client.get(f"/receipts/{receipt.uuid}/")
    assert page.status_code == 200
    assert receipt.number in said(page)
    assert "no-store" in page["Cache-Control"]


# --- a member limited to branches -------------------------------------------------------------------------------------
class Branches:
    """An account with a branch in Jeddah, whose manager is limited to it, and one in Riyadh; each resident has a receipt."""

    def __init__(self) -> None:
        self.main = Person(language="en")
        self.jeddah, self.riyadh = BranchFactory.create_batch(2, account=self.main.account)
        self.receipts = {branch: self.renewed_in(branch) for branch in (self.jeddah, self.riyadh, None)}
        member = MembershipFactory(account=self.main.account, user=UserFactory(language="en"), privileges=[RENEWAL])
        member.branches.add(self.jeddah)
        self.manager = copy.copy(self.main)
        self.manager.user, self.manager.membership, self.manager.client = member.user, member, Client()
        self.manager.sign_in()

    def renewed_in(self, branch: Any) -> Receipt:
        self.main.resident = ResidentFactory(domestic=True, sponsor=self.main.account, branch=branch)
        return perform(token := self.main.ready(), token.fingerprint)

    def sees(self, receipt: Receipt) -> bool:
        """Whether the manager does: by its address, its page's, its file's and in the list, or nowhere at all."""
        page = receipt.documents.get()
        looks = [f"/receipts/{receipt.uuid}/", f"/documents/{page.serial}/", f"/documents/{page.serial}.pdf"]
        answers = {self.manager.client.get(look).status_code != 404 for look in looks}
        answers.add(self.manager.client.post(f"/documents/{page.serial}/copies/", {"copy": "1"}).status_code != 404)
        answers.add(receipt.number in said(self.manager.client.get("/operations/")))
        assert len(answers) == 1
        return answers.pop()


@pytest.fixture
def branches() -> Branches:
    return Branches()


def test_a_member_limited_to_a_branch_sees_what_was_done_for_its_residents(branches: Branches) -> None:
    assert {branch: branches.sees(receipt) for branch, receipt in branches.receipts.items()} == {
        branches.jeddah: True,
        branches.riyadh: False,
        None: False,
    }
    numbers = {receipt.number for receipt in branches.receipts.values()}
    seen = said(branches.main.client.get("/operations/"))
    assert {number for number in numbers if number in seen} == numbers


def test_what_a_member_did_stays_in_sight_when_the_resident_goes_elsewhere(branches: Branches) -> None:
    manager = branches.manager
    manager.resident = ResidentFactory(domestic=True, sponsor=manager.account, branch=branches.jeddah)
    own = perform(token := manager.ready(), token.fingerprint)
    other = branches.receipts[branches.jeddah]
    type(own.resident).objects.filter(pk__in=[own.resident_id, other.resident_id]).update(branch=branches.riyadh)
    assert branches.sees(own)
    assert not branches.sees(other)


def test_refusals_are_shown_for_the_branchs_residents_and_the_members_own(branches: Branches) -> None:
    for branch in (branches.jeddah, branches.riyadh):
        branches.main.resident = ResidentFactory(
            domestic=True, sponsor=branches.main.account, branch=branch, first_en=f"REFUSED {branch.pk}"
        )
        refused(branches.main)
    manager = branches.manager
    manager.resident = moved = ResidentFactory(domestic=True, sponsor=manager.account, branch=branches.jeddah, first_en="REFUSED TO ME")
    refused(manager)
    type(moved).objects.filter(pk=moved.pk).update(branch=branches.riyadh)
    seen = said(manager.client.get("/operations/"))
    assert f"REFUSED {branches.jeddah.pk}" in seen
    assert f"REFUSED {branches.riyadh.pk}" not in seen
    assert "REFUSED TO ME" in seen
    assert f"REFUSED {branches.riyadh.pk}" in said(branches.main.client.get("/operations/"))


def test_a_line_of_another_kind_disturbs_no_list(branches: Branches) -> None:
    Event.objects.write("ask-employer", account=branches.main.account.number, subject="no uuid at all")
    assert branches.manager.client.get("/operations/").status_code == 200


def test_a_list_of_a_branch_asks_no_more_for_more(branches: Branches) -> None:
    one = queries_of(branches.manager, "/operations/")
    branches.renewed_in(branches.jeddah)
    branches.renewed_in(branches.riyadh)
    assert queries_of(branches.manager, "/operations/") == one


# --- a resident who is somebody else's by now ---------------------------------------------------------------------------
def test_a_receipt_leads_to_the_resident_only_as_long_as_the_account_reaches_them(person: Person) -> None:
    receipt = done(person)
    file = f'href="/residents/{receipt.resident.uuid}/"'
    page = person.client.get(f"/receipts/{receipt.uuid}/")
    assert file in page.content.decode()
    assert person.client.get(f"/residents/{receipt.resident.uuid}/").status_code == 200
    type(receipt.resident).objects.filter(pk=receipt.resident_id).update(sponsor=AccountFactory())
    page = person.client.get(f"/receipts/{receipt.uuid}/")
    assert page.status_code == 200
    assert file not in page.content.decode()
    assert person.client.get(f"/residents/{receipt.resident.uuid}/").status_code == 404


def test_a_receipt_outlives_its_service(person: Person, stamp: Any) -> None:
    receipt = perform(token := person.ready(slug="stamp"), token.fingerprint)
    del registry["stamp"]
    try:
        assert person.client.get(f"/receipts/{receipt.uuid}/").status_code == 200
        assert "Stamp" in said(person.client.get("/operations/"))
        assert person.client.get(f"/operations/{token.uuid}/").status_code == 404
    finally:
        registry["stamp"] = stamp


# --- public keys ------------------------------------------------------------------------------------------------------
@pytest.fixture
def document(person: Person) -> Document:
    return done(person).documents.get()


def test_the_public_keys_open_the_seals_of_the_pages(document: Document) -> None:
    answer = Client().get("/check/keys")
    assert answer["Cache-Control"] == "public, max-age=3600" or "max-age=3600" in answer["Cache-Control"]
    keys = seal.read_public_keys(json.loads(answer.content))
    assert seal.open_seal(document.seal, keys).serial == document.serial


def test_a_seal_is_verified_without_database_or_network(document: Document, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    keys = tmp_path / "keys.json"
    keys.write_bytes(Client().get("/check/keys").content)
    call_command("verify_seal", document.seal, keys=str(keys))
    told = capsys.readouterr().out
    assert "Genuine." in told
    assert show_serial(document.serial) in told
    forged = document.seal[:-4] + ("AAAA" if document.seal[-4:] != "AAAA" else "BBBB")
    for wrong, reason in ((forged, "Not genuine"), ("nonsense", "not a seal")):
        with pytest.raises(CommandError, match=reason):
            call_command("verify_seal", wrong, keys=str(keys))
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify_seal", document.seal, keys=str(tmp_path / "nowhere"))
    keys.write_text("[]")
    with pytest.raises(CommandError, match="not a file of public keys"):
        call_command("verify_seal", document.seal, keys=str(keys))


# --- fees and rules ---------------------------------------------------------------------------------------------------
def test_every_parameter_in_force_is_shown_to_anyone_with_its_source() -> None:
    code = "iqama.work.year_fee"
    Parameter.objects.create(code=code, from_on=in_days(1), value="901.00", source="a decree of tomorrow", confidence="A")
    Parameter.objects.create(code=code, from_on=in_days(0), value="902.00", source="a decree of today", confidence="C")
    page = Client().get("/fees/", headers={"Cookie": "language=en"})
    assert "?sources=1" in page.content.decode()
    assert "902.00" in said(page)
    text = said(Client().get("/fees/?sources=1", headers={"Cookie": "language=en"}))
    assert "a decree of today" in text
    assert "902.00" in text
    assert "source uncertain" in text
    assert "a decree of tomorrow" not in text
