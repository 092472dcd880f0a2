"""What the text messages say. The code is in the first line; the last line is exactly `@host #code`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext, override
from django.utils.translation import gettext_lazy as _

from muqeem import catalogue, codes, counts, facts, hijri
from muqeem.record.models import Message

CODE_MINUTES = 5

# What two joined messages carry: 67 signs each in Arabic (UCS-2), one message of 160 in English (GSM-7).
FITS = {"ar": 134, "en": 160}

TEMPLATES: dict[str, Promise | str] = {
    "sign-in-code": _("Sign-in code %(code)s\nValid %(valid)s. Never share it. Not you? Change your password.\n@%(host)s #%(code)s"),
    "operation-code": _(
        "Security code %(code)s\n%(service)s\n%(whom)s\nValid %(valid)s, one operation. Never share it.\n@%(host)s #%(code)s"
    ),
    "phone-confirmation": _(
        "Mobile confirmation code %(code)s\nTo register this number. Valid %(valid)s. Never share it.\n@%(host)s #%(code)s"
    ),
    "password-reset": _("Password reset code %(code)s\nValid %(valid)s. Never share it.\n@%(host)s #%(code)s"),
    "phone-change": _("The mobile of your account becomes one ending %(last2)s at %(from_at)s. Not you? Withdraw it before: %(host)s"),
    "password-changed": _("Your account's password was changed on %(changed_on)s. Not you? Stop the account at once: %(host)s"),
    "consent": _("Consent code %(code)s\nTo change the main user of an account. Valid %(valid)s. Never share it.\n@%(host)s #%(code)s"),
    "main-user-changed": _("The main user of the account ending %(account)s has changed. Not you? %(host)s"),
    "operation-done": _("Done: %(service)s\nIqama ending %(last4)s, SAR %(sum)s\nReceipt %(receipt)s\nNot you? %(host)s"),
    "ask-employer": _("A worker of yours asks for: %(service)s\nIqama ending %(last4)s\n%(host)s"),
    "exit-reentry-issued": _("Exit/re-entry visa issued. Leave by %(travel_before_on)s, return by %(until_on)s. %(host)s"),
    "exit-reentry-by-months": _(
        "Exit/re-entry visa issued. Leave by %(travel_before_on)s, return within %(visa_months)s of travel, by %(until_on)s. %(host)s"
    ),
    "exit-reentry-extended": _("Exit/re-entry visa extended. Return by %(until_on)s. %(host)s"),
    "final-exit-issued": _("Final exit visa issued. Leave by %(exit_before_on)s. %(host)s"),
    "passport-updated": _(
        "Passport data updated, iqama ending %(last4)s. It ends on %(passport_expires_on)s.\nReceipt %(receipt)s\nNot you? %(host)s"
    ),
    "name-changed": _("Name in Latin letters changed, iqama ending %(last4)s.\nReceipt %(receipt)s\nNot you? %(host)s"),
    "card-missing": _("Iqama card reported missing, iqama ending %(last4)s.\nReceipt %(receipt)s\nNot you? %(host)s"),
    "card-replaced": _(
        "Replacement issued, iqama ending %(last4)s: card version %(card_version)s. SAR %(sum)s\nReceipt %(receipt)s\nNot you? %(host)s"
    ),
    "visa-cancel": _("Unused exit/re-entry visa, iqama ending %(last4)s. Cancel by %(by_on)s to avoid a fine: %(host)s"),
    "visa-return-own": _("Return by %(by_on)s: %(left)s. You can extend before that day: %(host)s"),
    "visa-return": _("Abroad on a visa, iqama ending %(last4)s. Return by %(by_on)s: %(left)s. Extension before that day: %(host)s"),
    "visa-exit": _("Final exit visa, iqama ending %(last4)s. Leave by %(by_on)s: %(left)s. %(host)s"),
    "visas-cancel": _("Unused exit/re-entry visas: %(visas)s. Cancel the first by %(by_on)s to avoid a fine: %(host)s"),
    "visas-return": _("Abroad on a visa: %(visas)s. The first must return by %(by_on)s. Extension before that day: %(host)s"),
    "visas-exit": _("Final exit visas: %(visas)s. The first must leave by %(by_on)s: %(left)s. %(host)s"),
    "residency-ends": _("Residency, iqama ending %(last4)s, expires on %(ends_on)s: %(left)s. Renew: %(host)s"),
    "residencies-end": _("Residencies that end soon: %(ending_residents)s. The first expires on %(ends_on)s: %(left)s. %(host)s"),
    "subscription-ends": _("Your %(plan)s subscription ends on %(ends_on)s: %(left)s. Renew: %(host)s"),
    "few-operations": _("Few operations of your package are left: %(left_operations)s. Renew or upgrade: %(host)s"),
    "deposit-paid": _("Payment received: SAR %(sum)s is in your wallet. Balance SAR %(balance)s. %(host)s"),
    "package-paid": _("Payment received: SAR %(sum)s. The %(plan)s subscription holds until %(ends_on)s. %(host)s"),
    "new-sign-in": _("New sign-in to your account on %(signed_in_on)s at %(time)s. Not you? Change your password: %(host)s"),
    "done": _("Done: %(service)s\nReceipt %(number)s is in your account: %(host)s"),
    "waits": _("Waits for you to confirm: %(service)s\nPrepared by another user of the account. See it: %(host)s"),
    "residency-renewed": _("Your residency is renewed to %(until_on)s. Receipt %(receipt)s.\nSAR %(sum)s. %(host)s"),
}

# Said instead where the words above are too long for the values.
SHORTER: dict[str, Promise | str] = {
    "operation-code": _("Security code %(code)s\n%(service)s\n%(whom)s\nValid %(valid)s. Never share it.\n@%(host)s #%(code)s"),
}

ACCOUNT = gettext_lazy("Account ending %(account)s")
ACCOUNT_AND_IQAMA = gettext_lazy("Iqama and account ending %(last4)s and %(account)s")


def host() -> str:
    """The portal's bare host name, the only address that a text holds."""
    return urlsplit(settings.SITE_URL).netloc


def words(message: Message) -> str:
    """The text of a message, made when it is sent: a code is derived here and nowhere kept."""
    with override(message.language):
        values = _values(message.arguments)
        text = str(TEMPLATES[message.template] % values)
        if len(text) > FITS[message.language] and message.template in SHORTER:
            text = str(SHORTER[message.template] % values)
        return text


def _values(arguments: Mapping[str, Any]) -> dict[str, str]:
    values = {name: facts.named(value) for name, value in arguments.items()} | {"host": host()}
    if "slug" in values:
        values["service"] = catalogue.short_title(values["slug"])
    for name, value in arguments.items():
        if name.endswith("_on") and value:
            values[name] = hijri.format_gregorian(date.fromisoformat(value), "table")
        elif name.endswith("_at") and value:
            moment = timezone.localtime(datetime.fromisoformat(value))
            values[name] = f"{hijri.format_gregorian(moment.date(), 'table')} {moment:%H:%M}"
        elif isinstance(value, int) and (unit := name.rpartition("_")[2]) in counts.UNITS:
            values[name] = counts.UNITS[unit](value)
    if "left_days" in values:
        values["left"] = gettext("%(left_days)s left") % values if arguments["left_days"] else gettext("today only")
    if "token" in values:
        values["code"] = codes.derive(values["token"], int(values["send"]))
        values["valid"] = ngettext("%(n)d minute", "%(n)d minutes", CODE_MINUTES) % {"n": CODE_MINUTES}
    if "account" in values:
        values["whom"] = str((ACCOUNT_AND_IQAMA if "last4" in values else ACCOUNT) % values)
    return values
