"""What the portal's pages are made of: icons, days of two calendars, amounts, facts, fees, ticks and fields."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, ChoiceWidget, Input, Select, Textarea
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from muqeem import catalogue, counts, facts, numbers
from muqeem.fields import BothCalendarsWidget
from muqeem.icons import ICONS, TURNING
from muqeem.sentences import Sentence

register = template.Library()

register.filter("bdi", facts.ltr)
register.filter("latin_apart", facts.latin_apart)
register.filter("named", facts.named)
register.filter("second_name", facts.second_name)
register.filter("listed", facts.listed)
register.filter("labels", facts.labels)
register.filter("at_most", counts.at_most)
register.filter("operations", counts.operations)
register.filter("residents", counts.residents)
register.filter("dates", facts.dates_in_text)

STEPS = ("code", "details", "review", "print")
SOON_DAYS, URGENT_DAYS = 60, 7
SIGNS = {"met": "met", "soon": "clock", "no": "unmet"}


# --- values --------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawn sign beside words that say the same; hidden from readers of the screen."""
    turned = " icon--turn" if name in TURNING else ""
    return format_html('<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', turned, mark_safe(ICONS[name]))


@register.filter
def service_title(slug: str) -> str:
    """What a service is called, also one that is no longer offered."""
    return catalogue.title(slug)


@register.filter
def sar(amount: Decimal | str) -> SafeString:
    """An amount with its currency: 650.00 ريال, SAR 650.00."""
    return facts.money(amount)


@register.filter
def amount(value: Decimal | str) -> SafeString:
    """An amount under a heading that names the currency: 1,300.00."""
    return facts.ltr(f"{Decimal(value):,.2f}")


@register.simple_tag
def both_dates(day: date | datetime | str | None, stacked: bool = False) -> SafeString:
    """A day in both calendars; `stacked` in the narrow columns of tables."""
    if not day:
        return SafeString("")
    if isinstance(day, str):
        day = date.fromisoformat(day)
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return facts.dates(day, stacked=stacked)


@register.filter
def day_in_words(day: str) -> str:
    """A day of the facts in both calendars, inside a sentence."""
    return facts.dates_in_text(date.fromisoformat(day))


@register.filter
def clock(at: datetime) -> SafeString:
    """The time of day in Riyadh: 14:05."""
    return facts.ltr(f"{timezone.localtime(at):%H:%M}")


@register.filter
def mobile(number: str) -> SafeString:
    """A kept mobile number as people write it."""
    return facts.ltr(numbers.show_phone(number))


@register.filter
def moment(at: datetime) -> str:
    """A day and the time of day in Riyadh."""
    return facts.moment_in_text(at)


@register.filter
def grouped(code: str, size: int = 4) -> SafeString:
    """A long code in groups that people can read aloud: 9C21-D480-55E7."""
    return format_html('<code class="lat nowrap">{}</code>', facts.grouped(code, size))


@register.simple_tag
def both_names(name: Any) -> SafeString:
    """A name in the active language's script with the other under it."""
    return facts.show("name", name)


# --- frame ---------------------------------------------------------------------------------------
@register.inclusion_tag("components/menu.html", takes_context=True)
def menu(context: template.Context, label: str = "") -> dict[str, Any]:
    """The tabs of whoever comes: an establishment also sees its residents, a clerk the desk, a visitor what is public."""
    request = context["request"]
    account = getattr(request, "account", None)
    here = request.resolver_match.url_name if request.resolver_match else ""
    user = getattr(request, "user", None)
    if getattr(user, "is_clerk", False):
        tabs = [
            ("desk", "scan", _("Service desk"), {"desk", "desk-document", "desk-resident", "desk-copy", "desk-card", "desk-undo"}),
            ("desk-shift", "list", _("Today's work"), {"desk-shift"}),
            ("desk-queue", "card", _("Awaited cards"), {"desk-queue"}),
        ]
    else:
        tabs = [("home", "home", _("Home"), {"home"})]
    if user is None or not user.is_authenticated:
        tabs.append(("fees", "wallet", _("Fees and rules"), {"fees"}))
        tabs.append(("check", "shield", _("Verify a visa or a document"), {"check"}))
    if account and account.is_establishment:
        tabs.append(("residents", "people", _("Residents"), {"residents", "resident"}))
    if account:
        tabs.append(("services", "services", _("E-services"), {"services", "service"}))
        tabs.append(("my-operations", "list", _("My operations"), {"my-operations", "receipt"}))
    shown = [{"url": url, "icon": sign, "label": words, "current": here in within} for url, sign, words, within in tabs]
    return {"tabs": shown, "label": label or _("Main menu")}


# --- components ----------------------------------------------------------------------------------
@register.simple_block_tag
def notice(content: SafeString, kind: str = "info", role: str = "") -> SafeString:
    """A message in a frame; `role="status"` where it is news about what was just done."""
    sign = {"good": "met", "warn": "alert", "bad": "unmet"}.get(kind, "info")
    role_attribute = format_html(' role="{}"', role) if role else ""
    return format_html('<div class="notice notice--{}"{}>{}<div>{}</div></div>', kind, role_attribute, icon(sign), content)


@register.inclusion_tag("components/facts.html")
def facts_table(rows: Mapping[str, Any], caption: str = "", *, plain: bool = False) -> dict[str, Any]:
    """Facts with their labels in both languages; what an operation brings about stands out, unless `plain` says that none does.

    What a fact was before stands beside it.
    """
    earlier = {facts.was(key) for key in rows}
    return {
        "caption": caption or _("Facts"),
        "other": facts.other_language(),
        "rows": [
            {
                "label": facts.label(key),
                "other_label": facts.label_in_other_language(key),
                "value": facts.show(key, value),
                "before": facts.show(key, rows[facts.was(key)]) if facts.was(key) in rows else None,
                "new": not plain and facts.is_outcome(key, rows),
            }
            for key, value in facts.ordered(rows)
            if key not in earlier
        ],
    }


@register.inclusion_tag("components/fact.html")
def fact(label: str, value: Any, days: int | None = None) -> dict[str, Any]:
    """One row of a table of facts, with the days left where it ends one day; none where nothing is recorded."""
    return {"label": label, "value": value, "shown": facts.show("", value), "days": days}


@register.inclusion_tag("components/fees.html")
def fees_table(fee: list[dict[str, Any]], wallet_after: Decimal | None = None) -> dict[str, Any]:
    """Every line of a fee as a receipt keeps it, also those that are nothing; and the total."""
    lines = [
        {
            "title": facts.fee_label(line["code"]),
            "note": Sentence.of(line["note"]) if line.get("note") else "",
            "amount": Decimal(line["amount"]),
        }
        for line in fee
    ]
    total = sum((Decimal(line["amount"]) for line in fee), Decimal("0.00"))
    missing = -wallet_after if wallet_after is not None and wallet_after < 0 else None
    return {"lines": lines, "total": total, "wallet_after": wallet_after, "missing": missing}


@register.inclusion_tag("components/ticks.html")
def ticks(findings: Iterable[Any], extra_class: str = "") -> dict[str, Any]:
    """Requirements, met and not met, with what mends them; or whatever has a fact and a tone of its own."""
    return {"rows": [_tick(finding) for finding in findings], "extra_class": extra_class}


def _tick(finding: Any) -> dict[str, Any]:
    tone = getattr(finding, "tone", None)
    said = "" if tone else _("Met:") if finding.met else _("Not met:")  # for readers of the screen, beside colour and sign
    tone = tone or ("met" if finding.met else "no")
    return {"tone": tone, "said": said, "sign": SIGNS[tone], "fact": finding.fact, "mend": finding.mend}


@register.inclusion_tag("components/seal_check.html")
def seal_check() -> dict[str, Any]:
    """Where the script says whether a scanned seal is genuine; the titles of all kinds of pages for it."""
    return {"kinds": [(slug, title) for slug, title in catalogue.titles.items() if slug != catalogue.SIGN_IN]}


@register.inclusion_tag("components/steps.html")
def steps(current: str) -> dict[str, Any]:
    """Where the person is in the four steps of a service."""
    names = {"code": _("Security code"), "details": _("Details"), "review": _("Review and confirm"), "print": pgettext("step", "Print")}
    at = STEPS.index(current)
    return {
        "steps": [{"name": names[step], "done": place < at, "current": place == at} for place, step in enumerate(STEPS)],
        "name": names[current],
        "number": at + 1,
        "count": len(STEPS),
    }


@register.inclusion_tag("components/days_left.html")
def days_left(n: int, full: int = 365) -> dict[str, Any]:
    """How long something lasts, as a number, in words and as a bar of `full` days."""
    if n < 0:
        said = ngettext("expired %(n)s day ago", "expired %(n)s days ago", -n)
    else:
        said = ngettext("%(n)s day left", "%(n)s days left", n) if n else _("Today is the last day")
    return {
        "said": said.replace("%(n)s", f"{abs(n):,}"),
        "tone": "bad" if n <= URGENT_DAYS else "warn" if n <= SOON_DAYS else "",
        "percent": 100 if n < 0 else max(2, min(100, n * 100 // full)),
    }


@register.inclusion_tag("components/weeks.html")
def weeks_plot(weeks: list[dict[str, Any]], label: str = "") -> dict[str, Any]:
    """How many in each of some weeks, as bars with their numbers under them; the highest is as high as the plot."""
    most = max([week["n"] for week in weeks], default=0) or 1
    bars = []
    for place, week in enumerate(weeks):
        height = 100 * week["n"] // most
        bars.append({**week, "x": 10 * place + 2, "y": 100 - height, "height": height, "day": f"{week['from_on']:%m/%d}"})
    return {"bars": bars, "width": 10 * len(weeks), "label": label}


@register.inclusion_tag("components/summary.html")
def summary(form: Any, autofocus: bool = True) -> dict[str, Any]:
    """Everything wrong with a form, in front of it, each with a link to its field."""
    fields = [
        {"id": _first_id(bound), "said": error if str(bound.label).casefold() in error.casefold() else f"{bound.label}: {error}"}
        for bound in form
        for error in bound.errors
        if not bound.is_hidden
    ]
    hidden = [error for bound in form.hidden_fields() for error in bound.errors]
    return {"loose": [*form.non_field_errors(), *hidden], "fields": fields, "show": bool(form.errors), "autofocus": autofocus}


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """The input of a field; one that does not say how it looks gets the class of plain inputs."""
    widget = bound.field.widget
    own = widget.attrs
    attrs: dict[str, Any] = {}
    if "class" not in own and isinstance(widget, Input | Select | Textarea) and not isinstance(widget, CheckboxInput):
        attrs["class"] = "in"
    if getattr(widget, "input_type", "") in {"password", "email", "tel", "url"}:
        attrs["dir"] = "ltr"
    return bound.as_widget(attrs=attrs)


@register.filter
def is_choice(bound: BoundField) -> bool:
    """Whether a field is a group of options, with a legend instead of a label."""
    return isinstance(bound.field.widget, ChoiceWidget) and not isinstance(bound.field.widget, Select)


@register.filter
def is_checkbox(bound: BoundField) -> bool:
    """Whether a field is one box to tick, with its label beside it."""
    return isinstance(bound.field.widget, CheckboxInput)


@register.filter
def parts(bound: BoundField) -> list[dict[str, Any]]:
    """The inputs of a field that has several, each with its own label; none where one input is all."""
    widget = bound.field.widget
    if not isinstance(widget, BothCalendarsWidget):
        return []
    attrs = bound.build_widget_attrs({"id": bound.auto_id}, widget)
    context = widget.get_context(bound.html_name, bound.value(), attrs)
    found = []
    for part in context["widget"]["subwidgets"]:
        label = part["attrs"].pop("aria-label", "")  # it is said beside the input instead
        drawn = bound.form.renderer.render(part["template_name"], {"widget": part})
        found.append({"id": part["attrs"]["id"], "label": label, "drawn": mark_safe(drawn)})
    return found


@register.filter
def chosen_first(memberships: Iterable[Any], account: Any) -> list[Any]:
    """For whom one may act, the account of now in front."""
    return sorted(memberships, key=lambda membership: membership.account != account)


def _first_id(bound: BoundField) -> str:
    """The id a link must point at: the first option of a group, the first part of a date, the input otherwise."""
    if several := parts(bound):
        return str(several[0]["id"])
    return f"{bound.auto_id}_0" if is_choice(bound) else bound.id_for_label
