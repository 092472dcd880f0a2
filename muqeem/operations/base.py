"""What a service declares, and nothing else of the journey.

A service is one `Operation` class with its form and the template of its page. The class declares, an instance is one
run: the form's answers are its attributes, beside `account`, `user` and the `terms` of the day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.models import Account, User
from muqeem import catalogue
from muqeem.operations.fee import Fee
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say


@dataclass(frozen=True)
class Finding:
    """What a rule found: the fact as a sentence and, if the requirement is not met, how to mend it."""

    met: bool
    fact: Sentence
    mend: Sentence | None = None


# The first is a `residency.Resident`, which stands above the engine. A rule that does not concern the person finds None.
Rule = Callable[[Any, Account, Terms], Finding | None]


def met(key: str, **values: Any) -> Finding:
    """The requirement holds."""
    return Finding(met=True, fact=say(key, **values))


def unmet(key: str, *, mend: Sentence, **values: Any) -> Finding:
    """The requirement does not hold; `mend` says what to do about it."""
    return Finding(met=False, fact=say(key, **values), mend=mend)


class OperationForm(forms.Form):
    """What a service asks. Fields that choose rows are narrowed here, and only here, to the account's reach."""

    def __init__(self, *args: Any, account: Account, terms: Terms, branches: list[int], lock: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.terms = terms
        for chooser in self.fields.values():
            if isinstance(chooser, ReachableField):
                chooser.narrow(account, branches, lock=lock)

    def chooser(self) -> "ReachableField":
        """The field that chooses whom the operation is about."""
        return next(chooser for chooser in self.fields.values() if isinstance(chooser, ReachableField))


class ReachableField(forms.CharField):
    """A field whose answer is a row of somebody's. Outside the reach it is as if the row did not exist."""

    reach: QuerySet[Any]

    def narrow(self, account: Account, branches: list[int], *, lock: bool) -> None:
        """Limit `reach` to what the account reaches; `lock` also takes the row for this transaction."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it reaches")

    def by_uuid(self, uuid: str) -> Any:
        """The row of the reach that a page names, or None."""
        try:
            return self.reach.filter(uuid=UUID(uuid)).first()
        except ValueError:
            return None


class Operation:
    """One service. Subclasses declare; instances run."""

    do_not_call_in_templates = True  # pages show what the class declares
    slug: ClassVar[str]
    title: ClassVar[Promise | str]
    short_title: ClassVar[Promise | str] = ""
    summary: ClassVar[Promise | str]
    review_title: ClassVar[Promise | str]
    confirm_label: ClassVar[Promise | str]
    done_title: ClassVar[Promise | str]
    form_class: ClassVar[type[OperationForm]]
    requirements: ClassVar[tuple[Rule, ...]]
    page: ClassVar[str]  # the template of the printed page
    page_title: ClassVar[Promise | str]  # its heading, printed in both languages
    text: ClassVar[str] = "operation-done"  # the text that tells the resident
    spends: ClassVar[int] = 1  # operations of the package, unless the parameter `<slug>.spends` says otherwise

    resident: Any

    def __init__(self, *, account: Account, user: User, terms: Terms, answers: Mapping[str, Any]) -> None:
        self.account = account
        self.user = user
        self.terms = terms
        vars(self).update(answers)

    @classmethod
    def judge(cls, resident: Any, account: Account, terms: Terms) -> list[Finding]:
        """Every requirement, ticked or crossed, before anything is spent."""
        found = (rule(resident, account, terms) for rule in cls.requirements)
        return [finding for finding in found if finding is not None]

    def findings(self) -> list[Finding]:
        """The requirements of this run."""
        return self.judge(self.resident, self.account, self.terms)

    def fee(self) -> Fee:
        """What it costs."""
        return Fee()

    def facts(self) -> dict[str, Any]:
        """What will stand: shown at review, covered by the fingerprint, kept by the receipt. JSON values only."""
        raise NotImplementedError

    def apply(self) -> dict[str, Any]:
        """Change the world, on locked rows; return the facts that only now exist."""
        raise NotImplementedError


registry: dict[str, type[Operation]] = {}


def register(operation: type[Operation]) -> type[Operation]:
    """Offer a service. Its slug is stored for ever."""
    if operation.slug in registry:
        raise ValueError(f"{operation.slug} is registered twice")
    registry[operation.slug] = operation
    catalogue.titles[operation.slug] = operation.title
    catalogue.short_titles[operation.slug] = operation.short_title or operation.title
    return operation
