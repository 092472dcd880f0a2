"""What a requirement finds: the fact as a sentence and, if the requirement is not met, how to mend it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say, sentence

OF_SOMEBODY = sentence("of-somebody", _("%(name)s: %(fact)s"))


@dataclass(frozen=True)
class Finding:
    """One requirement, judged."""

    met: bool
    fact: Sentence
    mend: Sentence | None = None

    def of(self, names: Mapping[str, str]) -> "Finding":
        """The same with the name of the person it is about, where an operation is about several."""
        return replace(self, fact=say(OF_SOMEBODY, name=names, fact=self.fact))


# The first is a `residency.Resident`, which stands above the engine. A rule that does not concern the person finds None.
Rule = Callable[[Any, Account, Terms], Finding | None]


def met(key: str, **values: Any) -> Finding:
    """The requirement holds."""
    return Finding(met=True, fact=say(key, **values))


def unmet(key: str, *, mend: Sentence, **values: Any) -> Finding:
    """The requirement does not hold; `mend` says what to do about it."""
    return Finding(met=False, fact=say(key, **values), mend=mend)
