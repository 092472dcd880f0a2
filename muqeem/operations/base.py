"""What a service declares, and nothing else of the journey.

A service is one `Operation` class with its form and the template of its page. The class declares, an instance is one
run: the form's answers are its attributes, beside `account`, `user` and the `terms` of the day. It is about one
resident or about a household, each of whom gets a page of their own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.models import Account, User
from muqeem import catalogue
from muqeem.operations.fee import Fee
from muqeem.operations.findings import Finding, Rule
from muqeem.operations.models import Document
from muqeem.record.terms import Terms


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

    def prefill(self, person: Any, about: str) -> dict[str, str]:
        """What is filled in when it is started from a person's file; `about` names the row of the file that was chosen there."""
        return {}


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
    icon: ClassVar[str] = "page"  # its sign in menus: one of `muqeem.icons`, or the page that it ends in
    summary: ClassVar[Promise | str]
    review_title: ClassVar[Promise | str]
    confirm_label: ClassVar[Promise | str]
    done_title: ClassVar[Promise | str]
    form_class: ClassVar[type[OperationForm]]
    requirements: ClassVar[tuple[Rule, ...]]
    page: ClassVar[str] = ""  # the template of the printed page, if the service prints one …
    page_title: ClassVar[Promise | str] = ""  # … and its heading, printed in both languages
    tells: ClassVar[Mapping[str, str]] = {}  # what texts and seal tell, each with its fact; `until_on` is the page's last day
    four_eyes: ClassVar[bool] = False  # whether it can hardly be taken back, so that an account may want two people for it
    spends: ClassVar[int] = 1  # operations of the package for each person, unless the parameter `<slug>.spends` says otherwise

    resident: Any  # whose receipt it is

    def __init__(self, *, account: Account, user: User, terms: Terms, answers: Mapping[str, Any]) -> None:
        self.account = account
        self.user = user
        self.terms = terms
        vars(self).update(answers)

    @property
    def people(self) -> Sequence[Any]:
        """All whom it is about, `resident` first; the form has locked their rows."""
        return [self.resident]

    @property
    def text(self) -> str:
        """The text that tells each of them."""
        return "operation-done"

    @classmethod
    def judge(cls, resident: Any, account: Account, terms: Terms) -> list[Finding]:
        """Every requirement, ticked or crossed, before anything is spent."""
        found = (rule(resident, account, terms) for rule in cls.requirements)
        return [finding for finding in found if finding is not None]

    def findings(self) -> list[Finding]:
        """The requirements of this run; of others than `resident` only what is not met, with their name."""
        findings = self.judge(self.resident, self.account, self.terms)
        for person in self.people[1:]:
            findings += [found.of(person.names) for found in self.judge(person, self.account, self.terms) if not found.met]
        return findings

    def fee(self) -> Fee:
        """What it costs."""
        return Fee()

    def facts(self) -> dict[str, Any]:
        """What will stand: shown at review, covered by the fingerprint, kept by the receipt. JSON values only."""
        raise NotImplementedError

    def apply(self) -> dict[str, Any]:
        """Change the world, on locked rows; return the facts that only now exist."""
        raise NotImplementedError

    def facts_of(self, person: Any) -> dict[str, Any]:
        """What the page of one person says otherwise than the receipt. Asked after `apply`; JSON values only."""
        return {}

    def reprints(self) -> Sequence[Document]:
        """Pages of earlier operations of which this one gives a new copy."""
        return []


registry: dict[str, type[Operation]] = {}


def register(operation: type[Operation]) -> type[Operation]:
    """Offer a service. Its slug is stored for ever."""
    if operation.slug in registry:
        raise ValueError(f"{operation.slug} is registered twice")
    registry[operation.slug] = operation
    catalogue.titles[operation.slug] = operation.title
    catalogue.short_titles[operation.slug] = operation.short_title or operation.title
    if operation.four_eyes:
        catalogue.four_eyes.add(operation.slug)
    return operation
