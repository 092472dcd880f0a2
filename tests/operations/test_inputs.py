"""Anything at all in any field: a sentence or a page, never a failure, and nothing in the register is touched."""

from typing import Any
from unittest import mock
from urllib.parse import quote_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Attempt, Entry, OperationToken
from muqeem.operations.invariants import violations
from muqeem.operations.models import Document, Receipt
from residency.check.visas import Fact
from residency.models import Iqama, Passport, Resident
from tests.operations.journeys import RENEWAL, Person

pytestmark = pytest.mark.django_db

INPUTS = 500  # for every form; what stands in addresses gets fewer
FORM = "application/x-www-form-urlencoded"

NASTY = [
    "\x00",
    "2\x00" * 5,
    "\ud800",
    "\udfff2000000188",
    "\u202e8810000002",
    "\u2066\u2069\u200f",
    "٢٠٠٠٠٠٠١٨٨",
    "۲۰۰۰۰۰۰۱۸۸",
    "²²²²²²²²²²",
    "𝟐𝟎𝟎𝟎𝟎𝟎𝟎𝟏𝟖𝟖",
    "2" * 10_000,
    "أ" * 10_000,
    "' OR 1=1 --",
    "%s%(x)s{0}{{x}}",
    "<script>alert(1)</script>",
    "-1",
    "1e400",
    "NaN",
    "12\n",
    "2000000188\r\n",
    "\u0130\u0131\ufb01\u00df",
    "',\\:*|&!()<->'",
]
DIGITS = st.text(alphabet="0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹\u200f\u00a0 -", max_size=24)
ANYTHING = st.one_of(
    st.sampled_from(NASTY),
    st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60),
    DIGITS,
    st.tuples(st.sampled_from(NASTY), DIGITS).map("".join),
)

many = settings(
    max_examples=INPUTS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


fewer = settings(many, max_examples=150)


def encoded(data: dict[str, str]) -> str:
    """Form data as a hostile client sends it: lone surrogates as the bytes they would be."""
    return "&".join(f"{name}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for name, value in data.items())


def send(client: Client, url: str, **data: str) -> Any:
    return client.post(url, encoded(data), content_type=FORM)


def look(client: Client, url: str, **data: str) -> Any:
    return client.get(url, QUERY_STRING=encoded(data))


def register() -> list[Any]:
    """All that no wrong input may change."""
    return [
        list(Resident.objects.order_by("pk").values_list()),
        list(Iqama.objects.order_by("pk").values_list()),
        list(Passport.objects.order_by("pk").values_list()),
        *(model.objects.count() for model in (Receipt, Document, Entry)),
    ]


def still(before: list[Any]) -> bool:
    """Whether the register is as it was and every promise holds; the connection must have survived as well."""
    assert connection.is_usable()
    assert [str(violation) for violation in violations()] == []
    return register() == before


@pytest.fixture
def person() -> Person:
    return Person(by_app=True)


def test_anything_in_the_details_of_a_renewal(person: Person) -> None:
    token = person.opened()
    url = f"/operations/{token.uuid}/"
    own = st.just(person.resident.iqama_number)
    before = register()

    @many
    @given(number=st.one_of(ANYTHING, own), months=st.one_of(ANYTHING, st.sampled_from(["3", "12", "٢٤", "0", "13"])))
    def run(number: str, months: str) -> None:
        answer = send(person.client, url, iqama_number=number, months=months)
        assert answer.status_code in {302, 422}
        if answer.status_code == 302:  # what was kept can be shown again
            assert person.client.get(f"{url}?edit=1").status_code == 200

    run()
    assert still(before)


@pytest.mark.parametrize("slug", ["passport-extension", "new-passport", "name-correction", "missing-iqama", "iqama-replacement"])
def test_anything_in_one_field_of_what_is_told_of_papers_and_names(person: Person, slug: str) -> None:
    token = person.start(slug)
    assert person.post(token, code=person.code(token)).status_code == 302
    url, good = f"/operations/{token.uuid}/", person.answers(slug=slug)
    fields = sorted({*good, "zone"} - {"iqama_number"}) if slug == "name-correction" else sorted({*good} - {"iqama_number"})
    before = register()

    @settings(many, max_examples=80)
    @given(field=st.sampled_from(fields), value=ANYTHING)
    def run(field: str, value: str) -> None:
        answer = send(person.client, url, **good | {field: value})
        assert answer.status_code in {302, 422}
        if answer.status_code == 302:
            assert person.client.get(f"{url}?edit=1").status_code == 200

    run()
    assert still(before)


def test_anything_as_a_security_code(person: Person) -> None:
    token = person.start()
    right = person.code(token)
    before = register()

    @many
    @given(code=st.one_of(ANYTHING, st.from_regex("[1-9][0-9]{5}", fullmatch=True)))
    def run(code: str) -> None:
        if code.strip() == right:
            return
        assert send(person.client, f"/operations/{token.uuid}/", code=code).status_code == 422
        OperationToken.objects.filter(pk=token.pk).update(tries=0)  # neither closed nor paused: each input is looked at
        Attempt.objects.all().delete()

    run()
    token.refresh_from_db()
    assert token.verified_at is None
    assert still(before)


def test_anything_as_a_fingerprint(person: Person) -> None:
    token = person.reviewed()
    before = register()

    @many
    @given(fingerprint=ANYTHING)
    def run(fingerprint: str) -> None:
        if fingerprint != token.fingerprint:
            assert send(person.client, f"/operations/{token.uuid}/", fingerprint=fingerprint).status_code == 409

    run()
    token.refresh_from_db()
    assert token.used_at is None
    assert still(before)


def unlimited(settings: Any) -> None:
    """Let a visitor ask as often as a test wants to."""
    settings.CHECK_LOOKS_AN_HOUR = settings.CHECK_MISSES_AN_HOUR = settings.CHECK_MISSES_OF_ONE_NUMBER_A_DAY = 10_000


def test_anything_in_the_public_check_of_a_page(person: Person, settings: Any) -> None:
    unlimited(settings)
    before = register()
    visitor = Client()

    @many
    @given(serial=st.one_of(ANYTHING, ANYTHING.map("#{}".format), st.just("000000000000")), code=ANYTHING)
    def run(serial: str, code: str) -> None:
        assert send(visitor, "/check/", serial=serial, code=code).status_code in {404, 422}

    run()
    assert still(before)


@pytest.mark.parametrize("fact", Fact.values)
def test_anything_in_the_public_check_of_a_visa(person: Person, settings: Any, fact: str) -> None:
    unlimited(settings)
    before = register()
    visitor = Client()

    @fewer
    @given(number=st.one_of(ANYTHING, st.just(person.resident.iqama_number)), parts=st.lists(ANYTHING, min_size=4, max_size=4))
    def run(number: str, parts: list[str]) -> None:
        names = ("day", "month", "year", "calendar")
        typed = {fact: parts[0]} | {f"{fact}_{name}": part for name, part in zip(names, parts, strict=True)}
        assert send(visitor, "/check/", number=number, fact=fact, **typed).status_code in {404, 422}

    run()
    assert still(before)


def test_anything_in_the_search_and_the_edges_of_lists(person: Person) -> None:
    before = register()

    @many
    @given(typed=ANYTHING, edge=ANYTHING, url=st.sampled_from(["/residents/", "/residents/", "/operations/"]))
    def run(typed: str, edge: str, url: str) -> None:
        assert look(person.client, url, q=typed, after=edge, before=edge).status_code == 200

    run()
    assert still(before)


def test_anything_as_the_resident_of_a_service(person: Person) -> None:
    before = register()

    @fewer
    @given(uuid=ANYTHING, posting=st.booleans())
    def run(uuid: str, posting: bool) -> None:
        ask = send if posting else look
        answer = ask(person.client, f"/services/{RENEWAL}/", resident=uuid)
        assert answer.status_code == 404 if uuid else answer.status_code in {200, 302}

    run()
    assert not OperationToken.objects.exclude(prefill={}).exists()
    assert still(before)


def test_anything_in_an_address(person: Person) -> None:
    before = register()
    places = ["/operations/{}/", "/receipts/{}/", "/documents/{}/", "/documents/{}.pdf", "/services/{}/", "/residents/{}/"]

    @fewer
    @given(place=st.sampled_from(places), part=ANYTHING.filter(lambda part: part.strip("/?#. ")))
    def run(place: str, part: str) -> None:
        path = place.format(quote_from_bytes(part.encode("utf-8", "surrogatepass"), safe=""))
        assert person.client.get(path).status_code == 404

    run()
    assert still(before)


def test_anything_as_the_name_of_a_field(person: Person) -> None:
    token = person.opened()
    before = register()

    @fewer
    @given(name=ANYTHING, value=ANYTHING)
    def run(name: str, value: str) -> None:
        body = encoded({quote_from_bytes(name.encode("utf-8", "surrogatepass")): value})
        assert person.client.post(f"/operations/{token.uuid}/", body, content_type=FORM).status_code in {302, 422}

    run()
    assert still(before)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"%", b"=&=&=", b"iqama_number=%ED%A0%80&months=%00", b"a=b;" * 1000])
def test_bytes_that_are_no_form_are_answered(person: Person, body: bytes) -> None:
    token = person.opened()
    before = register()
    for content_type in (FORM, "multipart/form-data; boundary=x", "multipart/form-data", "application/json", "text/plain; charset=none"):
        assert person.client.generic("POST", f"/operations/{token.uuid}/", body, content_type).status_code in {302, 400, 422}
    assert still(before)


def test_a_megabyte_is_refused_before_it_is_read(person: Person) -> None:
    token = person.opened()
    answer = send(person.client, f"/operations/{token.uuid}/", iqama_number="2" * 1_100_000, months="12")
    assert answer.status_code == 400
    many_fields = "&".join(f"f{n}=" for n in range(2_000))
    assert person.client.post(f"/operations/{token.uuid}/", many_fields, content_type=FORM).status_code == 400


def test_a_megabyte_that_is_sent_as_a_file_is_refused_unread(person: Person) -> None:
    token = person.opened()
    file = SimpleUploadedFile("page.pdf", b"x" * 1_100_000)
    with mock.patch("django.http.multipartparser.MultiPartParser.parse") as parse:
        assert person.client.post(f"/operations/{token.uuid}/", {"iqama_number": file}).status_code == 400
    parse.assert_not_called()
