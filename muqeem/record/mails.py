"""What the e-mails say: the fact first, then a table of facts and one button; a warning closes each.

No subject holds an iqama number or a whole name: it is read over shoulders and on locked screens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from muqeem import catalogue, codes, facts
from muqeem.mail import Letter
from muqeem.record.models import Message

Words = Promise | str


@dataclass(frozen=True)
class Mail:
    """The words of one kind of e-mail, and the page that its button opens."""

    subject: Words
    line: Words
    button: Words = ""
    route: str = ""


MAILS: dict[str, Mail] = {
    "invitation": Mail(
        _("Invitation to %(account)s"),
        _("%(inviter)s invites you with these privileges: %(services)s. The link works until %(until)s."),
        _("See the invitation"),
        "join",
    ),
    "password-reset": Mail(
        _("Reset your password"),
        _("The link works once, until %(until)s, together with a code to your mobile."),
        _("Choose a new password"),
        "reset-password",
    ),
    "password-changed": Mail(
        _("Your password changed"), _("It changed at %(at)s. Not you? Stop the account at once."), _("Stop the account"), "stop-user"
    ),
    "request-received": Mail(
        _("Subscription request %(ref)s received"),
        _("We received your request on %(at)s. Follow it by its number."),
        _("Follow the request"),
        "request",
    ),
    "request-approved": Mail(
        _("Your subscription invoice is ready"),
        _("Approved. It starts once the SADAD bill is paid."),
        _("See the bill"),
        "request",
    ),
    "request-more": Mail(_("More is needed for your request"), _("Needed: %(reason)s"), _("Answer"), "request"),
    "request-refused": Mail(_("Your request was not accepted"), _("Reason: %(reason)s"), _("See the request"), "request"),
    "main-user-offer": Mail(
        _("Become the main user of %(account)s"),
        _("%(giver)s offers you the place of the main user. The offer holds until %(until)s."),
        _("See the offer"),
        "take-over",
    ),
    "main-user-changed": Mail(_("Main user changed"), _("The main user's rights of %(account)s moved to %(taker)s at %(at)s.")),
    "correction-answered": Mail(_("Answer to correction %(ref)s"), _("Answer: %(answer)s"), _("My data"), "own-data"),
    "account-ready": Mail(
        _("Your account is ready: set a password"),
        _("The subscription of %(account)s has started. The link works once, until %(until)s."),
        _("Set a password"),
        "join",
    ),
    "done": Mail(_("Done: %(service)s"), _("Receipt %(number)s and its page are in your account."), _("See the receipt"), "receipt"),
    "done-by": Mail(
        _("Done in your account: %(service)s"),
        _("%(who)s did it. Receipt %(number)s and its page are in your account."),
        _("See the receipt"),
        "receipt",
    ),
    "waits": Mail(
        _("Waits for you to confirm: %(service)s"),
        _("%(who)s prepared it. Nothing is done until another person confirms it with a code of their own."),
        _("See what was prepared"),
        "prepared",
    ),
    "residency-ends": Mail(
        _("A residency ends soon"),
        _("The residency with the iqama ending %(last4)s ends on %(ends_on)s."),
        _("See the resident"),
        "resident",
    ),
    "residencies-end": Mail(
        _("Residencies that end soon"),
        _("%(ending_residents)s; the first residency ends on %(ends_on)s."),
        _("See the residents"),
        "residents",
    ),
    "subscription-ends": Mail(
        _("Your subscription ends soon"),
        _("The subscription of %(whose)s to %(plan)s ends on %(ends_on)s. After that, services are shown and work once it is renewed."),
        _("See the subscription"),
        "subscription",
    ),
    "few-operations": Mail(
        _("Few operations are left"),
        _("Operations of your package that are left: %(left_operations)s."),
        _("See the subscription"),
        "subscription",
    ),
    "deposit-paid": Mail(
        _("Payment received: %(sum)s"), _("Added to your wallet at %(at)s. Balance %(balance)s."), _("See the bill"), "bill"
    ),
    "package-paid": Mail(
        _("Payment received: %(sum)s"),
        _("The subscription to %(plan)s holds from %(starts_on)s to %(ends_on)s."),
        _("See the bill"),
        "bill",
    ),
    "new-sign-in": Mail(
        _("New sign-in to your account"),
        _("%(at)s, on a browser that had not been seen before. Not you? Change your password."),
        _("Change the password"),
        "password",
    ),
}


@dataclass(frozen=True)
class Worded:
    """A message in words, before it is laid out: what a demonstration shows of it, too."""

    subject: str
    line: str
    facts: list[tuple[str, Any]]
    button: str
    address: str  # of the page that the button opens, on this portal


def letter(message: Message) -> Letter:
    """The e-mail of a message, made when it is sent: the key of its link is derived here and nowhere kept."""
    with override(message.language):
        said = worded(message)
        context = vars(said) | {"language": message.language, "address": said.address and settings.SITE_URL + said.address}
        return Letter(said.subject, render_to_string("mail/letter.txt", context), render_to_string("mail/letter.html", context))


def worded(message: Message) -> Worded:
    """The words of a message in the active language."""
    kind = MAILS[message.template]
    values = {name: facts.plain(name, value) for name, value in message.arguments.items()}
    if "slug" in values:
        values["service"] = catalogue.short_title(values["slug"])
    rows = facts.ordered(message.arguments.get("facts", {}))
    return Worded(
        subject=str(kind.subject % values),
        line=str(kind.line % values),
        facts=[(str(facts.label(name)), facts.plain(name, value)) for name, value in rows],
        button=str(kind.button),
        address=address(kind.route, message.arguments) if kind.route else "",
    )


def address(route: str, arguments: Mapping[str, Any]) -> str:
    """The page that the button opens: of a row, with a key of its own where the row's name is no secret."""
    if row := arguments.get("link"):
        return reverse(route, args=[row, codes.link_key(route, row)])
    return reverse(route, args=[arguments["of"]] if "of" in arguments else [])
