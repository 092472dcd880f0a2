"""docs/services.md says of every service what its class says, and nothing else.

`REWRITE=yes make test ARGS="tests/test_services.py --no-cov"` writes it anew.
"""

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.utils.translation import override

from muqeem import pdf
from muqeem.facts import fee_label
from muqeem.operations.base import Operation, ReachableField, registry
from muqeem.operations.judge import verify
from muqeem.operations.page import page_context
from muqeem.operations.perform import perform
from tests.operations.journeys import Person
from tests.paper import pages

BOOK = Path(settings.BASE_DIR) / "docs" / "services.md"

HEAD = """\
# The services

*Written by a test from the classes that are registered (`tests/test_services.py`), which also sees that it is current.*

**Who may.** A main user of the account, or a delegated one with the privilege of the service's name, limited to branches or
not; and only for residents whom the account reaches: an establishment for those it sponsors and their dependants, a citizen for
domestic workers and theirs, a resident for himself, his dependants and the domestic workers he sponsors. A code opens one
operation, once.

**Requirements** are shown as ticks before anything is spent and judged twice, at *Verify data* and again within the
transaction. One that does not concern a person is not shown. Names like `er.min_days` are parameters.

**Fees** are the lines that a review shows; one of nothing stays and says why. Amounts are parameters: see `/fees/`.
"""


def first_sentence(thing: Any) -> str:
    """What the docstring of a class or function says in its first paragraph."""
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def in_both(words: Any) -> str:
    """A title in English and Arabic."""
    said = []
    for language in ("en", "ar"):
        with override(language):
            said.append(str(words))
    return " · ".join(said)


def listed(title: str, things: list[str]) -> Iterator[str]:
    yield f"\n**{title}**\n\n" + "\n".join(f"- {thing}" for thing in things) + "\n"


def asked(field: forms.Field) -> str:
    """A field with what helps to fill it in, and what there is to choose from."""
    help_text = first_sentence(type(field)) if isinstance(field, ReachableField) else field.help_text
    choices = "; ".join(str(label) for _value, label in getattr(field, "choices", ()))
    return f"{field.label}" + "".join(f": {words}" for words in [help_text] if words) + (f" ({choices})" if choices else "")


def chapter(service: type[Operation]) -> Iterator[str]:
    """What a service says of itself, and what one run of it costs."""
    yield f"\n## {in_both(service.title)}\n\n`{service.slug}`. {first_sentence(service)}\n"
    yield from listed("Asks", [asked(field) for field in service.form_class.base_fields.values() if not field.widget.is_hidden])
    yield from listed("Requires", [first_sentence(rule) for rule in service.requirements])
    person = Person()
    operation = verify(person.token(service.slug), person.answers(slug=service.slug)).operation
    assert operation is not None
    lines = [f"{fee_label(line.code)}" for line in operation.fee().lines]
    yield from listed(f"Costs: {first_sentence(service.fee)}", lines) if lines else ["\n**Costs** nothing.\n"]
    taken = "1 for each person" if service.spends else "none"
    effect = [first_sentence(service.apply), f"Operations taken from the package: {taken}, unless `{service.slug}.spends` says otherwise."]
    yield from listed("Does", effect)
    if service.page:
        told = ", ".join(sorted({"issued_on", *(name for name in service.tells if name.endswith("_on"))}))
        yield from listed(
            "Prints", [in_both(service.page_title), f"The seal tells, beside the last four digits and the birth year: {told}."]
        )
    elif service.reprints is not Operation.reprints:
        yield "\n**Prints** an earlier page once more, as its next copy.\n"


def written() -> str:
    with override("en"):
        return HEAD + "".join(part for service in registry.values() for part in chapter(service))


@pytest.mark.django_db
def test_the_book_of_services_is_current() -> None:
    if os.environ.get("REWRITE"):
        BOOK.write_text(written(), encoding="utf-8")
    assert BOOK.read_text(encoding="utf-8") == written()


@pytest.mark.django_db
@pytest.mark.parametrize("service", registry.values(), ids=registry)
def test_every_page_of_a_service_can_be_printed(service: type[Operation]) -> None:
    token = Person().ready(slug=service.slug)
    for page in perform(token, token.fingerprint).pages():
        assert pages(pdf.render(page.page, page_context(page.prints.latest("copy")))) == 1


@pytest.mark.django_db
def test_every_service_says_in_words_what_it_asks_requires_costs_and_does() -> None:
    for service in registry.values():
        said = [service, service.fee, service.apply, *service.requirements]
        assert [thing for thing in said if not first_sentence(thing)] == []
