"""The living page shows every component there is, in both languages, in a demonstration only."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.signals import template_rendered

PAGE = "/demo/components/"
TEMPLATES = Path(settings.BASE_DIR) / "templates"

pytestmark = pytest.mark.django_db


def drawn(client: Client, language: str = "en") -> str:
    client.cookies["language"] = language
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_component_is_shown(client: Client) -> None:
    shown: set[str] = set()

    def note(template: Any, **_: Any) -> None:
        shown.add(template.name)

    template_rendered.connect(note)
    try:
        drawn(client)
    finally:
        template_rendered.disconnect(note)
    there_are = {f"components/{path.name}" for path in (TEMPLATES / "components").iterdir()}
    assert there_are - shown == set()


def test_every_component_is_used_by_a_screen_too() -> None:
    """A component that only the living page shows is one that nobody needs."""
    named: set[str] = set()
    for folder in (TEMPLATES, TEMPLATES.parent / "muqeem" / "templatetags"):
        for path in [*folder.rglob("*.html"), *folder.rglob("*.py")]:
            if path.parent.name != "demo":
                named |= set(re.findall(r"components/[\w]+\.html", path.read_text(encoding="utf-8")))
    named |= {"components/form.html", "components/field.html"}  # the renderer of forms names them
    assert {f"components/{path.name}" for path in (TEMPLATES / "components").iterdir()} - named == set()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_page_speaks_both_languages_and_names_nothing_twice(client: Client, language: str) -> None:
    page = drawn(client, language)
    assert f'<html lang="{language}"' in page
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name, times in ids.items() if times > 1] == []
    pointed_at = {name for names in re.findall(r'(?:aria-labelledby|for)="([^"]+)"', page) for name in names.split()}
    assert pointed_at <= set(ids)


def test_the_page_does_not_take_the_focus(client: Client) -> None:
    assert "autofocus" not in drawn(client)


def test_what_is_sent_from_the_page_goes_nowhere(client: Client) -> None:
    assert client.post(PAGE, {"code": "123456"}).status_code == 200


def test_outside_a_demonstration_there_is_no_such_page(client: Client, settings: Any) -> None:
    settings.DEMO = False
    assert client.get(PAGE).status_code == 404
