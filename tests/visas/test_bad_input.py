"""What nobody should type, in every visa service that asks for it: a sentence with the next step, and nothing has happened."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.models.tokens import Step
from muqeem import clock
from muqeem.operations.base import registry
from residency.models import Passport, Resident
from tests.factories import in_days
from tests.operations.journeys import Household, Person, said
from tests.visas.existing import abroad, final_of, someone, state_of, typed, visa_of

pytestmark = pytest.mark.django_db

every_language = pytest.mark.parametrize("language", ["ar", "en"])
Words = dict[str, tuple[str, ...]]


def asking_for(*fields: str) -> list[str]:
    """The visa services whose form has these fields."""
    return [
        slug
        for slug, service in registry.items()
        if service.__module__.startswith("visas.") and {*fields} <= {*service.form_class.base_fields}
    ]


def is_refused(person: Person, slug: str, words: Words, answers: dict[str, Any]) -> None:
    """What was wrong is said in the person's language, and all is as it was: the token still waits for the data."""
    token, before = person.token(slug), state_of(person)
    answer = person.post(token, **answers)
    assert answer.status_code == 422
    missing = [each for each in words[person.user.language] if each not in said(answer)]
    assert missing == []
    token.refresh_from_db()
    assert (token.step(), token.shown, token.used_at) == (Step.DETAILS, None, None)
    assert state_of(person) == before


def ready_to_ask(slug: str, language: str) -> tuple[Person, dict[str, Any]]:
    """Somebody whom a service is open to, and the answers with which it would be done."""
    person = Person(resident=someone(), by_app=True, language=language)
    return person, person.answers(slug=slug)


# --- whose visa -----------------------------------------------------------------------------------
FITTING = {"exit-reentry-extend": lambda resident: abroad(visa_of(resident)), "final-exit-cancel": final_of}
NOT_THEIRS: Words = {
    "ar": ("لا توجد لهذا المقيم تأشيرة بهذا الرقم. يلزم التأكد من أرقامه في التأشيرة أو في ملف المقيم.",),
    "en": ("This resident has no visa with this number. Check the digits on the visa or in the resident's file.",),
}


@every_language
@pytest.mark.parametrize("slug", asking_for("visa_number"))
@pytest.mark.parametrize("whose", ["strangers", "colleagues"])
def test_the_number_of_somebody_elses_visa(slug: str, whose: str, language: str) -> None:
    person, answers = ready_to_ask(slug, language)
    other = someone(**({"sponsor": person.account} if whose == "colleagues" else {}))
    visa = FITTING.get(slug, visa_of)(other)
    is_refused(person, slug, NOT_THEIRS, answers | {"visa_number": visa.number})


# --- which day ------------------------------------------------------------------------------------
def hijri(day: int, month: int, year: int) -> dict[str, str]:
    parts = {"day": day, "month": month, "year": year, "calendar": "hijri"}
    return {"mode": "return_before"} | {f"return_before_{name}": str(part) for name, part in parts.items()}


DAYS: dict[str, tuple[Callable[[], dict[str, str]], Words]] = {
    "yesterday": (
        lambda: typed(in_days(-1)),
        {"ar": ("تاريخ العودة قبل اليوم. أقرب تاريخ مقبول ",), "en": ("The return date is in the past; the earliest is ",)},
    ),
    "the 31st of a Hijri month": (
        partial(hijri, 31, 2, 1448),
        {
            "ar": ("لا يوجد هذا اليوم في تقويم أم القرى: عدد أيام صفر 1448هـ هو 30.",),
            "en": ("There is no such day in the Umm al-Qura calendar: Safar 1448 AH has 30 days.",),
        },
    ),
    "30 Ramadan of a year without it": (
        partial(hijri, 30, 9, 1448),
        {
            "ar": ("لا يوجد هذا اليوم في تقويم أم القرى: عدد أيام رمضان 1448هـ هو 29.",),
            "en": ("There is no such day in the Umm al-Qura calendar: Ramadan 1448 AH has 29 days.",),
        },
    ),
}


@every_language
@pytest.mark.parametrize("slug", asking_for("return_before"))
@pytest.mark.parametrize("day", DAYS)
def test_a_day_to_return_that_is_past_or_does_not_exist(slug: str, day: str, language: str) -> None:
    person, answers = ready_to_ask(slug, language)
    typed_day, words = DAYS[day]
    is_refused(person, slug, words, answers | typed_day())


# --- for whom -------------------------------------------------------------------------------------
@every_language
@pytest.mark.parametrize("slug", ["exit-reentry-issue", "final-exit-issue"])
def test_a_passport_that_expires_tomorrow(slug: str, language: str) -> None:
    person, answers = ready_to_ask(slug, language)
    Passport.objects.update(expires_on=in_days(1))
    words = {
        "ar": ("المتبقي من سريان الجواز: يوم واحد، والمطلوب: ", "إذا صدر جواز جديد أو مُدد الجواز: خدمة «تحديث جواز السفر»"),
        "en": ("Passport validity left: 1 day; needed: at least ", "If it was renewed or extended: use "),
    }
    is_refused(person, slug, words, answers)


@every_language
@pytest.mark.parametrize("slug", sorted({*asking_for("iqama_number")} - {"visa-reprint"}))  # a copy may be of use to the heirs
def test_a_resident_who_has_died(slug: str, language: str) -> None:
    person, answers = ready_to_ask(slug, language)
    Resident.objects.filter(pk=person.resident.pk).update(deceased_on=clock.today())
    words = {
        "ar": ("الوفاة مسجلة بتاريخ ", "تصحيح السجل أو إنهاء الإجراءات لدى إدارة الجوازات"),
        "en": ("A death was recorded on ", "Correct the record or complete formalities at a passport office"),
    }
    is_refused(person, slug, words, answers)


@every_language
@pytest.mark.parametrize("of_head", [False, True])
def test_a_family_member_who_is_left_out_of_a_final_exit(of_head: bool, language: str) -> None:
    family = Household(of_head=of_head, language=language)
    words = {
        "ar": (f"خارج الطلب: {family.son.name_ar}. ", "الحل: شمولهم بالطلب؛ ومن يبقى يلزم نقله أولًا إلى رب أسرة آخر"),
        "en": (f"Left out: {family.son.name_en}. ", "Include them; who stays needs another head of household or an employer first."),
    }
    is_refused(family, "final-exit-issue", words, family.asked(family.wife))


@every_language
@pytest.mark.parametrize("slug", ["exit-reentry-issue", "final-exit-issue"])
def test_a_family_that_was_never_shown(slug: str, language: str) -> None:
    family = Household(language=language)
    words = {"ar": ("ثم التحقق من البيانات مرة أخرى.",), "en": ("then verify the data again.",)}
    is_refused(family, slug, words, family.answers(slug=slug))


# --- far too much of it ---------------------------------------------------------------------------
LONG = "9" * 10_000
TOO_LONG: dict[str, Words] = {  # what is said of each input of the forms
    "iqama_number": {"ar": ("رقم الإقامة 10 أرقام أولها 2.",), "en": ("An iqama number has 10 digits and starts with 2.",)},
    "visa_number": {"ar": ("أقصى طول: 20 حرفًا.",), "en": ("At most 20 characters.",)},
    "kind": {"ar": ("المطلوب: نوع التأشيرة.",), "en": ("Choose the visa type.",)},
    "mode": {"ar": ("المطلوب: طريقة تحديد ",), "en": ("Choose how the ",)},
    "days": {"ar": ("المطلوب عدد صحيح من 1 إلى 9999.",), "en": ("Enter a whole number from 1 to 9999.",)},
    "months": {"ar": ("المطلوب عدد صحيح من 1 إلى 99.",), "en": ("Enter a whole number from 1 to 99.",)},
    "return_before_day": {
        "ar": ("اليوم والشهر والسنة أرقام، مثل 15 و3 و2026.",),
        "en": ("Day, month and year are numbers, like 15, 3 and 2026.",),
    },
    "return_before_calendar": {"ar": ("المطلوب: التقويم الميلادي أو الهجري.",), "en": ("Choose the Gregorian or the Hijri calendar.",)},
    "family": {"ar": ("الاختيار من أفراد الأسرة المعروضين هنا.",), "en": ("Choose among the family members shown here.",)},
    "family_asked": {"ar": ("ثم التحقق من البيانات مرة أخرى.",), "en": ("then verify the data again.",)},
}


def inputs() -> list[tuple[str, str]]:
    """Every input of every visa service; of a day and its calendar those that differ in what is said."""
    parts = {"return_before": ["return_before_day", "return_before_calendar"]}
    return [(slug, part) for slug in asking_for() for name in registry[slug].form_class.base_fields for part in parts.get(name, [name])]


@every_language
@pytest.mark.parametrize(("slug", "name"), inputs())
def test_ten_thousand_characters_in_any_input(slug: str, name: str, language: str) -> None:
    if name.startswith("family"):
        person: Person = Household(language=language)
        answers = person.answers(slug=slug) | {"family_asked": person.resident.iqama_number}
    else:
        person, answers = ready_to_ask(slug, language)
    mode = {"return_before_day": "return_before", "return_before_calendar": "return_before"}.get(name, name)
    if mode in {"days", "return_before", "months"}:
        answers |= typed(in_days(40)) | {"mode": mode}
    is_refused(person, slug, TOO_LONG[name], answers | {name: LONG})
