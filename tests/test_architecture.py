"""Rules that hold for everything there is: every service, every address, every template, every module."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from accounts.access import Access
from accounts.middleware import DECLARED, access_of
from accounts.models import Membership, OperationToken, Subscription
from accounts.models.tokens import Step
from muqeem import catalogue
from muqeem.icons import ICONS
from muqeem.operations.base import Operation, ReachableField, registry
from muqeem.operations.judge import verify
from muqeem.operations.models import Receipt
from muqeem.operations.perform import Refused, TokenSpent, perform
from muqeem.record.models import Parameter
from tests.factories import AccountFactory, OfficeFactory, ResidentFactory
from tests.operations.journeys import Person
from tests.undeclared import view

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
APPS = ("muqeem", "accounts", "residency", "visas")

every_service = pytest.mark.parametrize("service", registry.values(), ids=registry)


# --- services ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@every_service
def test_a_service_declares_an_attribute_for_every_answer_of_its_form(service: type[Operation]) -> None:
    person = Person()
    token = person.token(service.slug)
    judgement = verify(token, person.answers(slug=service.slug))
    declared = set(get_type_hints(service)) - set(get_type_hints(Operation)) | {"resident"}
    assert judgement.operation is not None
    assert set(judgement.form.cleaned_data) == declared


@every_service
def test_a_service_says_what_it_does_and_what_will_stand(service: type[Operation]) -> None:
    assert service.apply is not Operation.apply
    assert service.facts is not Operation.facts
    assert any(isinstance(field, ReachableField) for field in service.form_class.base_fields.values())
    assert service.requirements
    assert not service.page or get_template(service.page)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", service.slug)
    assert catalogue.title(service.slug) == str(service.title)
    assert catalogue.short_title(service.slug)


@every_service
def test_a_service_shows_a_sign_that_is_drawn(service: type[Operation]) -> None:
    assert service.icon in ICONS


@every_service
@pytest.mark.parametrize("words", ["title", "summary", "review_title", "confirm_label", "done_title", "page_title"])
def test_a_service_speaks_both_languages(service: type[Operation], words: str) -> None:
    said = {}
    if words == "page_title" and not service.page:
        assert not service.page_title
        return
    for language in ("ar", "en"):
        with override(language):
            said[language] = str(getattr(service, words))
    assert re.search(r"[\u0621-\u064a]", said["ar"]), said
    assert re.fullmatch(r"[ -~’]+", said["en"]), said


@pytest.mark.django_db
@every_service
def test_a_service_refuses_the_resident_of_a_stranger(service: type[Operation]) -> None:
    person = Person()
    stranger = ResidentFactory(domestic=True)
    judgement = verify(person.token(service.slug), person.answers(slug=service.slug, iqama_number=stranger.iqama_number))
    assert judgement.operation is None
    assert judgement.form.errors


@pytest.mark.django_db
@every_service
def test_a_service_refuses_a_user_without_the_privilege(service: type[Operation]) -> None:
    person = Person()
    token = person.ready(slug=service.slug)
    Membership.objects.update(is_main=False, privileges=["another-service"])
    with pytest.raises(Refused, match="no-leave"):
        perform(token, token.fingerprint)
    assert person.client.post(f"/services/{service.slug}/").status_code == 409


@pytest.mark.django_db
@every_service
def test_a_service_refuses_a_spent_token(service: type[Operation]) -> None:
    token = Person().ready(slug=service.slug)
    receipt = perform(token, token.fingerprint)
    with pytest.raises(TokenSpent) as spent:
        perform(token, token.fingerprint)
    assert spent.value.receipt == receipt
    assert Receipt.objects.filter(token=token).count() == 1


@pytest.mark.django_db
@every_service
def test_a_service_that_spends_refuses_an_empty_quota_and_no_other(service: type[Operation]) -> None:
    assert not Parameter.objects.filter(code=f"{service.slug}.spends").exists()
    token = Person().ready(slug=service.slug)
    Subscription.objects.update(operations_left=0)
    if not service.spends:
        assert perform(token, token.fingerprint).spent == 0
        return
    with pytest.raises(Refused, match="quota-used"):
        perform(token, token.fingerprint)
    token.refresh_from_db()
    assert token.step() == Step.REVIEW


# --- addresses --------------------------------------------------------------------------------------------------------
class Address:
    """One pattern of the URL tree with the view behind it."""

    def __init__(self, prefix: str, pattern: URLPattern) -> None:
        self.route = prefix + str(pattern.pattern)
        self.view = pattern.callback
        self.is_of_admin = self.route.startswith("admin/")

    def __repr__(self) -> str:
        return f"/{self.route}"

    def filled(self) -> str:
        """The address with something plausible in the place of every part."""
        values = {"uuid": "5f0c6a9e-0000-4000-8000-000000000000", "slug": "iqama-renewal", "str": "7K3M9PQ2XRTE", "path": "1", "int": "1"}
        route = re.sub(r"<(?:(\w+):)?\w+>", lambda part: values[part[1] or "str"], self.route)
        return "/" + route.replace(r"(?P<url>.*)$", "anything").removeprefix("^").removesuffix(r"\Z")


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, prefix + str(entry.pattern))
        else:
            yield Address(prefix, entry)


@cache
def addresses() -> list[Address]:
    return list(_walk(get_resolver()))


def ours() -> list[Address]:
    return [address for address in addresses() if not address.is_of_admin]


def test_every_address_declares_who_may_see_it() -> None:
    silent = [address for address in ours() if access_of(address.view) is None]
    assert silent == []


def test_the_admins_addresses_are_seen_by_staff_or_by_nobody() -> None:
    """The site asks for staff itself; what it does not wrap is declared by nobody and closed by the door."""
    for address in addresses():
        if address.is_of_admin:
            assert access_of(address.view) in {Access.ANYONE, Access.STAFF, None}


def test_no_declaration_is_stale() -> None:
    modules = {getattr(address.view, "__module__", "") for address in addresses()}
    assert set(DECLARED) <= modules


@pytest.mark.django_db
def test_a_view_that_declares_nothing_is_seen_by_nobody(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.undeclared"
    assert Client().get("/undeclared/").status_code == 403
    assert Person().client.get("/undeclared/").status_code == 403


@pytest.mark.django_db
def test_a_visitor_sees_nothing_that_is_not_for_anyone() -> None:
    for address in addresses():
        answer = Client().get(address.filled())
        if address.is_of_admin:
            assert answer.status_code in {302, 403, 404} or answer.request["PATH_INFO"] in {"/admin/login/", "/admin/logout/"}, address
        elif access_of(address.view) != Access.ANYONE:
            assert answer.status_code == 302, address
            assert answer.url.startswith("/sign-in/"), address


@pytest.mark.django_db
def test_no_address_holds_the_number_of_a_person() -> None:
    """Ids in addresses are random names: the routes take nothing else of a person."""
    parts = {part for address in ours() for part in re.findall(r"<([^>]+)>", address.route)}
    # A number is a bill's, a reference a request's; a key opens a row of a mail, or a picture.
    assert parts <= {"uuid:uuid", "slug:slug", "str:serial", "slug:number", "slug:reference", "slug:key", "str:key"}


# --- looking changes nothing ------------------------------------------------------------------------------------------
# The store holds the number of the picture that a form shows, for a quarter of an hour.
MAY_BE_WRITTEN_BY_LOOKING = {"django_session", "residency_view", "accounts_attempt", "captcha_captchastore"}
WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?|\s*(TRUNCATE|ALTER|DROP|CREATE)', re.IGNORECASE)


class Written:
    """Notes every table that is written to while it watches."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITE.match(sql):
            self.tables.add(found[1] or found[2])
        return execute(sql, params, many, context)


def resident() -> Person:
    """A resident for himself, with a receipt."""
    account = AccountFactory(individual=True)
    person = Person(resident=ResidentFactory(iqama_number=account.number, domestic=True, sponsor=account))
    perform(token := person.ready(), token.fingerprint)
    return person


def manager() -> Person:
    """The main user of an establishment, with an authenticator app."""
    return Person(resident=ResidentFactory(permitted_until=1500), by_app=True)


def newcomer() -> Person:
    """The same before the app is set up."""
    return Person(resident=ResidentFactory(permitted_until=1500))


def clerk() -> Person:
    return Person(by_app=True, office=OfficeFactory())


def staff() -> Person:
    return Person(by_app=True, is_staff=True, is_superuser=True)


def pages_of(person: Person) -> list[str]:
    """Every page there is, with the person's own rows in the addresses."""
    own = [f"/residents/{person.resident.uuid}/", f"/services/iqama-renewal/?resident={person.resident.uuid}"]
    tokens = [person.ready(), person.token(), person.token()]
    OperationToken.objects.filter(pk=tokens[-1].pk).update(verified_at=None, expires_at=None)
    own += [f"/operations/{token.uuid}/" for token in tokens]
    for receipt in Receipt.objects.filter(account=person.account):
        serial = receipt.documents.get().serial
        own += [f"/receipts/{receipt.uuid}/", f"/documents/{serial}/", f"/documents/{serial}.pdf"]
    return [address.filled() for address in addresses()] + own


def looks(client: Client, pages: list[str]) -> tuple[set[str], set[int]]:
    """The tables that looking at the pages writes to, and the answers' status codes."""
    written = Written()
    codes = set()
    with connection.execute_wrapper(written):
        for page in pages:
            codes.add(client.get(page).status_code)
    return written.tables, codes


def test_the_watch_notices_a_write() -> None:
    for sql in ('INSERT INTO "a" ...', " update b set", "DELETE FROM c WHERE", "TRUNCATE d"):
        assert WRITE.match(sql)
    assert not WRITE.match('SELECT "x" FROM "y" FOR UPDATE')
    assert not WRITE.match("SAVEPOINT s")


@pytest.mark.django_db
@pytest.mark.parametrize("who", [resident, manager, newcomer, clerk, staff])
def test_looking_changes_nothing_and_never_fails(who: Callable[[], Person]) -> None:
    person = who()
    tables, codes = looks(person.client, pages_of(person))
    assert tables <= MAY_BE_WRITTEN_BY_LOOKING
    assert 200 in codes
    assert max(codes) < 500


@pytest.mark.django_db
def test_a_visitor_who_looks_changes_nothing() -> None:
    tables, codes = looks(Client(), pages_of(resident()))
    assert tables <= MAY_BE_WRITTEN_BY_LOOKING
    assert max(codes) < 500


@pytest.mark.django_db
def test_somebody_whose_session_is_over_changes_nothing_by_looking() -> None:
    person = resident()
    session = person.client.session
    session["seen"] -= 3600
    session.save()
    tables, _codes = looks(person.client, ["/operations/"])
    assert tables <= MAY_BE_WRITTEN_BY_LOOKING


# --- templates --------------------------------------------------------------------------------------------------------
BY_DJANGO = {"400.html", "403.html", "404.html", "500.html", "503.html"}  # and by the server in front
BY_LIBRARIES = {"admin/pagination.html", "captcha/widgets/captcha.html"}
IN_MAILS = {"mail/letter.html"}  # mail programs fetch no style sheet
NAMED = re.compile(r"""["']((?:[\w-]+/)*[\w-]+\.html)["']""")


def template_names() -> set[str]:
    return {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def test_every_template_is_used_and_every_template_used_exists() -> None:
    named: set[str] = set()
    for path in [*TEMPLATES.rglob("*.html"), *sources(*APPS)]:
        named |= set(NAMED.findall(path.read_text(encoding="utf-8")))
    # A step of the journey is named without folder and ending.
    journey = (ROOT / "muqeem/operations/views/journey.py").read_text(encoding="utf-8")
    named |= {f"operations/{step}.html" for step in re.findall(r'_page\(request, token, "(\w+)"', journey)}
    named |= {f"operations/{step}.html" for step in ("review", "prepared_details") if f'"{step}"' in journey}
    named |= {f"operations/{slug}/{name.rpartition('/')[2]}" for slug in registry for name in set(named) if name.startswith("operations/")}
    used = {name for name in named if (TEMPLATES / name).exists()} | BY_DJANGO | BY_LIBRARIES
    assert template_names() - used == set()
    named -= {name for name in named if name.count("/") == 2}  # a service may have a step of its own, or none
    missing = {name for name in named - used if not name.startswith(("admin/", "registration/"))}
    assert missing == set()


# --- modules ----------------------------------------------------------------------------------------------------------
def test_no_module_is_longer_than_four_hundred_lines() -> None:
    long = {str(path.relative_to(ROOT)) for path in sources(*APPS) if len(path.read_text(encoding="utf-8").splitlines()) > 400}
    assert long == set()


def test_what_a_service_declares_fits_on_a_few_pages() -> None:
    assert len((ROOT / "muqeem/operations/base.py").read_text(encoding="utf-8").splitlines()) <= 150


def test_nobody_reads_another_clock() -> None:
    other_clock = re.compile(r"timezone\.now\(|localdate\(|date\.today\(|datetime\.(?:now|utcnow|today)\(")
    found = [str(path.relative_to(ROOT)) for path in sources(*APPS) if other_clock.search(path.read_text(encoding="utf-8"))]
    assert found == []


PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border)-(?:left|right)(?:-[a-z]+)?|left|right)\s*:|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)",
    re.MULTILINE,
)


@pytest.mark.parametrize("sheet", sorted((ROOT / "static" / "css").glob("*.css")), ids=lambda sheet: sheet.name)
def test_style_sheets_know_start_and_end_but_no_left_and_right(sheet: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert PHYSICAL.findall(css) == []


def test_templates_hold_no_style_and_no_script() -> None:
    inline = re.compile(r"<style\b|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:")
    found = {name for name in template_names() if inline.search((TEMPLATES / name).read_text(encoding="utf-8"))}
    assert found == IN_MAILS


def test_imports_flow_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_watch_of_undeclared_views_has_a_view_to_watch() -> None:
    assert access_of(view) is None
    assert view(HttpRequest()).status_code == 200
