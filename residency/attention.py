"""What residents are told about their own residency: whether it can be renewed now, and what will stand in the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from muqeem.operations.findings import OF_SOMEBODY, Finding
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say, sentence
from residency import deadlines, rules
from residency.models import Clearance, Resident
from residency.standing import covered_until, late_offence, unused_fine, unused_visa

MOST_VISAS = 10  # of a family or a household, of which is spoken at once
NEAR = 60  # days before the end of a residency from which on its fine is spoken of

FINE_FREE = sentence("fine-free-until", _("Last day to renew without a fine: %(date)s"))
FINE_DUE = sentence("late-fine-due", _("Late renewal fine: %(amount)s"))
PAID_WITH_RENEWAL = sentence("fine-with-renewal", _("It is charged with the renewal"))
VISA_FINE = sentence("unpaid-visa-fine", _("A visa was neither used nor cancelled; its fine: %(fine_sar)s"))
PAY_VISA_FINE = sentence("pay-with-visa-fine", _('Pay it with the service "Pay an unused-visa fine"; until then no visa is issued'))
RESIDENCY_ENDS = sentence("notice-residency-ends", _("The residency of %(name)s ends on %(ends_on)s."))
RESIDENCIES_END = sentence("notice-residencies-end", _("Residencies that end soon: %(ending_residents)s. The first ends on %(ends_on)s."))
INSURANCE_ENDS_FIRST = sentence("insurance-ends-first", _("Health insurance ends on %(date)s, before the residency"))
PASSPORT_ENDS_FIRST = sentence("passport-ends-first", _("The passport expires on %(date)s, before the residency"))


@dataclass(frozen=True)
class Notice:
    """One thing to know. `tone` is that of a tick: met, soon or no."""

    tone: str
    fact: Sentence
    mend: Sentence | None = None

    @property
    def kind(self) -> str:
        """The kind of a message in a frame that says the same."""
        return {"met": "good", "soon": "info", "no": "bad"}[self.tone]


def next_step(findings: Iterable[Finding]) -> Notice:
    """Renewal is open now; or it opens on a day; or the first thing that stands in its way, with what mends it."""
    unmet = [finding for finding in findings if not finding.met]
    if not unmet:
        return Notice("met", say(rules.OPEN_NOW))
    blocking = [finding for finding in unmet if finding.fact.key != rules.OPENS]
    if blocking:
        return Notice("no", blocking[0].fact, blocking[0].mend)
    return Notice("soon", unmet[0].fact, unmet[0].mend)


def to_watch(resident: Resident, findings: Iterable[Finding], terms: Terms) -> list[Notice]:
    """What else stands in the way, and what ends before the residency does."""
    chosen = next_step(findings).fact
    notices = [
        Notice("soon" if finding.fact.key == rules.OPENS else "no", finding.fact, finding.mend)
        for finding in findings
        if not finding.met and finding.fact != chosen
    ]
    return [*_fine(resident, terms), *_visa_fine(resident, terms), *notices, *_ends_first(resident, terms)]


def visas_to_watch(reach: QuerySet[Resident], own: Resident | None, terms: Terms) -> list[Notice]:
    """The near last days of visas of everybody whom an account reaches, with the names of the others."""
    notices = []
    for deadline in deadlines.of_residents(reach, terms, MOST_VISAS):
        person = deadline.visa.resident
        fact = deadline.fact if person == own else say(OF_SOMEBODY, name=person.names, fact=deadline.fact)
        notices.append(Notice("soon", fact, deadline.mend))
    return notices


def _fine(resident: Resident, terms: Terms) -> list[Notice]:
    """What a renewal after the last day costs, once that day is near or over."""
    iqama = resident.iqama
    if iqama is None or iqama.days_left(terms.on) > NEAR:
        return []
    fines = terms.numbers("iqama.renew.late_fine")
    offence = late_offence(resident, iqama, terms)
    if not offence:
        return [Notice("soon", say(FINE_FREE, date=iqama.expires_on + terms.number("iqama.renew.grace_days") * rules.ONE_DAY))]
    return [Notice("no", say(FINE_DUE, amount=Decimal(fines[offence - 1])), say(PAID_WITH_RENEWAL))] if offence <= len(fines) else []


def _visa_fine(resident: Resident, terms: Terms) -> list[Notice]:
    """What is due for a visa that was left to expire."""
    visa = unused_visa(resident, terms)
    return [Notice("no", say(VISA_FINE, fine_sar=unused_fine(resident, visa, terms)), say(PAY_VISA_FINE))] if visa else []


def _ends_first(resident: Resident, terms: Terms) -> list[Notice]:
    """Papers in force today that the residency outlives."""
    iqama, passport = resident.iqama, resident.passport
    if iqama is None:
        return []
    notices = []
    insured = covered_until(resident, Clearance.Kind.INSURANCE, terms.on)
    if insured and insured < iqama.expires_on:
        notices.append(Notice("soon", say(INSURANCE_ENDS_FIRST, date=insured), say(rules.EXTEND_INSURANCE)))
    if passport and terms.on <= passport.expires_on < iqama.expires_on:
        notices.append(Notice("soon", say(PASSPORT_ENDS_FIRST, date=passport.expires_on), say(rules.UPDATE_PASSPORT)))
    return notices
