"""What the texts say, that they fit, and that a phone can fill their code in."""

import re
from datetime import timedelta

import pytest
from django.utils.translation import override

from accounts.models import OperationToken
from muqeem import catalogue, codes
from muqeem.record import texts
from muqeem.record.models import Message
from tests.factories import AccountFactory, UserFactory

LONGEST = {
    "token": "9f0c1f9e-0000-4000-8000-000000000000",
    "send": 1,
    "slug": "longest",
    "account": "0001",
    "last4": "1234",
    "sum": "99,999.00",
    "receipt": "123456789012",
    "until_on": "2027-11-30",
    "travel_before_on": "2027-11-30",
    "exit_before_on": "2027-11-30",
    "visa_months": 11,
    "passport_expires_on": "2027-11-30",
    "card_version": 99,
    "by_on": "2027-11-30",
    "left_days": 7,
    "visas": 3000,
    "changed_on": "2027-11-30",
    "from_at": "2027-11-30T10:00:00+03:00",
    "last2": "42",
    "ends_on": "2027-11-30",
    "signed_in_on": "2027-11-30",
    "time": "14:05",
    "number": "123456789012",
    "ending_residents": 3000,
    "left_operations": 10,
    "balance": "9,999,999.00",
    "plan": {"ar": "ب" * 25, "en": "p" * 25},
}


@pytest.fixture(autouse=True)
def _longest(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host of twenty signs and a service whose short name has twenty-five."""
    settings.SITE_URL = "https://portal.example.go.sa"
    assert len(texts.host()) == 20
    monkeypatch.setitem(catalogue.titles, "longest", "s" * 60)
    monkeypatch.setitem(catalogue.short_titles, "longest", "s" * 25)


def said(template: str, language: str, **arguments: object) -> str:
    return texts.words(Message(template=template, language=language, arguments=arguments))


NO_RESIDENT = {name: value for name, value in LONGEST.items() if name != "last4"}
CODES = ["sign-in-code", "operation-code"]
SAMPLES = [("sign-in-code", LONGEST), ("operation-code", LONGEST), ("operation-code", {k: v for k, v in LONGEST.items() if k != "last4"})]
SAMPLES += [("operation-done", LONGEST), ("residency-renewed", LONGEST), ("ask-employer", LONGEST)]
SAMPLES += [
    (template, LONGEST) for template in ("exit-reentry-issued", "exit-reentry-by-months", "exit-reentry-extended", "final-exit-issued")
]
SAMPLES += [(template, LONGEST) for template in ("visa-cancel", "visa-return-own", "visa-return", "visa-exit")]
SAMPLES += [
    (template, NO_RESIDENT)
    for template in ("phone-confirmation", "consent", "password-reset", "password-changed", "main-user-changed", "phone-change")
]
SAMPLES += [(template, LONGEST) for template in ("visas-cancel", "visas-return", "visas-exit")]
SAMPLES += [(template, LONGEST) for template in ("residency-ends", "residencies-end", "subscription-ends", "few-operations")]
SAMPLES += [
    (template, LONGEST)
    for template in (
        "new-sign-in",
        "done",
        "waits",
        "deposit-paid",
        "package-paid",
        "passport-updated",
        "name-changed",
        "card-missing",
        "card-replaced",
    )
]


@pytest.mark.parametrize("template", ["visa-return-own", "visa-return", "visa-exit"])
@pytest.mark.parametrize(
    ("language", "left", "words"), [("en", 1, ": 1 day left."), ("en", 0, ": today only."), ("ar", 0, "المتبقي: اليوم فقط.")]
)
def test_on_the_last_day_nothing_is_left_but_today(template, language, left, words) -> None:
    assert words in said(template, language, **LONGEST | {"left_days": left})


def test_every_template_is_measured() -> None:
    assert {template for template, _ in SAMPLES} == set(texts.TEMPLATES)
    assert texts.FITS == {"ar": 2 * 67, "en": 160}


@pytest.mark.parametrize(("template", "arguments"), SAMPLES, ids=lambda part: part if isinstance(part, str) else "")
@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_longest_text_fits(template, arguments, language) -> None:
    text = said(template, language, **arguments)
    assert len(text) <= texts.FITS[language], text
    if language == "ar":
        assert re.search("[؀-ۿ]", text)
        assert not re.search("[a-z]{4}", text.replace("s" * 25, "").replace(texts.host(), ""))
    else:
        assert re.fullmatch(r"[A-Za-z0-9 \n.,:/?@#'-]+", text)  # one sign each in GSM-7


@pytest.mark.parametrize("template", CODES)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_code_is_in_the_first_line_and_the_last_line_is_for_the_phone(template, language) -> None:
    lines = said(template, language, **LONGEST).split("\n")
    code = codes.derive(str(LONGEST["token"]), 1)
    assert lines[0].endswith(f" {code}")
    assert lines[-1] == f"@portal.example.go.sa #{code}"


@pytest.mark.parametrize("template", sorted(texts.TEMPLATES))
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_text_names_no_person_and_no_whole_number(template, language) -> None:
    text = said(template, language, **LONGEST | {"receipt": "no number", "number": "no number"}).replace(
        codes.derive(str(LONGEST["token"]), 1), ""
    )
    assert not re.search("[0-9]{5}", text)
    assert "http" not in text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_text_that_is_too_long_leaves_out_once_only(language) -> None:
    once = {"ar": "مرة واحدة", "en": "one operation"}[language]
    short = said("operation-code", language, **LONGEST | {"slug": "sign-in"} | {"last4": "1234"})
    long = said("operation-code", language, **LONGEST)
    assert once in short
    assert once not in long
    for text in (short, long):
        assert {"ar": "لا تجوز مشاركته", "en": "Never share it"}[language] in text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_text_of_an_operation_names_service_and_account_and_the_person_once_known(language, settings) -> None:
    settings.SITE_URL = "http://127.0.0.1:8000"
    known = said("operation-code", language, **LONGEST | {"slug": "iqama-renewal"})
    unknown = said("operation-code", language, **{k: v for k, v in LONGEST.items() if k != "last4"} | {"slug": "iqama-renewal"})
    with override(language):
        service = catalogue.short_title("iqama-renewal")
    for text in (known, unknown):
        assert service in text
        assert "0001" in text
    assert ("1234" in known, "1234" in unknown) == (True, False)


def test_a_code_for_signing_in_looks_otherwise_than_one_for_an_operation() -> None:
    for language, words in (("ar", ("رمز الدخول", "رمز الأمان")), ("en", ("Sign-in code", "Security code"))):
        texts_said = [said(template, language, **LONGEST) for template in CODES]
        assert [text.startswith(beginning) for text, beginning in zip(texts_said, words, strict=True)] == [True, True]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_text_without_a_new_end_of_the_residency_can_be_worded(language) -> None:
    assert "1234" in said("operation-done", language, **LONGEST | {"until_on": ""})


def test_short_names_of_services_are_short() -> None:
    assert "iqama-renewal" in catalogue.titles
    for language in ("ar", "en"):
        with override(language):
            assert {slug: catalogue.short_title(slug) for slug in catalogue.titles if len(catalogue.short_title(slug)) > 25} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_text_of_a_token_carries_the_code_that_opens_it(language, shift) -> None:
    user, account = UserFactory(language=language), AccountFactory(number="7900004321")
    token = OperationToken.begin(user, "iqama-renewal", account, {"iqama_number": "2900001234"})
    shift(timedelta(seconds=61))
    token.send_code()
    older, newest = Message.objects.order_by("pk")
    assert (newest.language, newest.receiver, newest.account) == (language, user.phonedevice_set.get().number, account.number)
    assert newest.arguments == {"token": str(token.uuid), "send": 2, "slug": "iqama-renewal", "account": "4321", "last4": "1234"}
    assert texts.words(older) != texts.words(newest)
    token.try_code(texts.words(newest)[-6:])
    assert token.verified_at is not None
