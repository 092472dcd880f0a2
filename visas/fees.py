"""What visas cost, line by line. A line of nothing stays and says why."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from muqeem.operations.fee import Fee, FeeLine
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say, sentence

FOR_EACH = sentence("fee-for-each", ngettext_lazy("%(n)d person, %(each_sar)s each", "%(n)d people, %(each_sar)s each", "n"))
COVERS = sentence("fee-covers-months", _("Covers a visa of up to %(covered_months)s"))
NO_EXTRA = sentence("fee-no-extra-months", _("None: the visa lasts no longer than %(covered_months)s"))
EXTRA = sentence("fee-extra-months", _("For %(extra_months)s more"))
FREE = sentence("fee-free-of-charge", _("A final exit visa is free of charge"))


def exit_reentry_fee(kind: str, months: int, people: int, terms: Terms) -> Fee:
    """What visas of so many months cost for so many people: the visa itself, and its months beyond the first ones."""
    covered = terms.number(f"er.{kind}.base_months")
    extra = max(0, months - covered)
    base, more = terms.money(f"er.{kind}.base_fee"), extra * terms.money(f"er.{kind}.extra_month")
    more_note = say(EXTRA, extra_months=extra) if extra else say(NO_EXTRA, covered_months=covered)

    def note(each: Sentence, amount: object) -> Sentence:
        return each if people == 1 or not amount else say(FOR_EACH, n=people, each_sar=amount)

    return Fee(
        [
            FeeLine("visa", base * people, note(say(COVERS, covered_months=covered), base)),
            FeeLine("extra-months", more * people, note(more_note, more)),
        ]
    )


def final_exit_fee(people: int, terms: Terms) -> Fee:
    """What final exit visas cost: nothing, as long as nobody sets a fee."""
    each = terms.money("fe.fee")
    return Fee([FeeLine("visa", each * people, say(FOR_EACH, n=people, each_sar=each) if each else say(FREE))])
