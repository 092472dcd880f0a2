"""What a page takes before it is seen: queries, bytes of HTML and style, bytes of everything but fonts."""

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.operations.journeys import Person
from tests.test_architecture import clerk, manager, newcomer, pages_of, resident, staff

LINKED = re.compile(r'<(?:link|script|img)\b[^>]*?\s(?:href|src)="(/static/[^"?#]+)"')
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/documents/)\w{12}")
NOT_OURS = ("/admin/", "/demo/components/")  # Django's own, and the one that shows everything that pages are made of
STEPS = {"code": "code", "iqama_number": "details", "fingerprint": "review"}  # of a journey, by what their form asks

WHO: tuple[Callable[[], Person] | None, ...] = (None, resident, manager, newcomer, clerk, staff)


@dataclass(frozen=True)
class View:
    """One page as one person sees it in one language."""

    name: str
    language: str
    queries: int
    html: int  # bytes, compressed
    style: int  # bytes, compressed
    rest: int  # bytes, compressed: pictures and scripts

    @property
    def first(self) -> int:
        """Bytes without which nothing is seen."""
        return self.html + self.style

    @property
    def whole(self) -> int:
        """Bytes of everything but fonts."""
        return self.first + self.rest


def views(make: Callable[[], Person] | None) -> Iterator[View]:
    """Every page that somebody may see, in both languages; None is a visitor."""
    if make is None:
        pages = [page for page in _pages(resident()) if not ID.search(page)]
    else:
        person = make()
        pages = _pages(person)
    for language in dict(settings.LANGUAGES):
        if make is None:
            client = Client()
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        else:
            client = person.client
            User.objects.filter(pk=person.user.pk).update(language=language)
        yield from seen(client, pages, language)


def _pages(person: Person) -> list[str]:
    return [page for page in pages_of(person) if not page.startswith(NOT_OURS)]


def seen(client: Client, pages: Iterable[str], language: str) -> Iterator[View]:
    """These pages as somebody who is signed in sees them."""
    for page in pages:
        count = Count()
        with connection.execute_wrapper(count):
            answer = client.get(page)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield weighed(page, answer.content, language, count.queries)


def weighed(page: str, content: bytes, language: str, queries: int = 0) -> View:
    """A page with all that it names."""
    files = {path: _kept_compressed(_file(path)) for path in LINKED.findall(content.decode())}
    style = sum(size for path, size in files.items() if path.endswith(".css"))
    return View(_name(page, content.decode()), language, queries, _compressed(content), style, sum(files.values()) - style)


def _name(page: str, content: str) -> str:
    """The address without what names a person; of a journey also its step."""
    name = ID.sub("…", page)
    if page.startswith("/operations/") and "…" in name:
        steps = [step for field, step in STEPS.items() if re.search(rf'name="{field}"', content)]
        name += f" ({', '.join(steps)})"
    return name


def _file(path: str) -> bytes:
    return (Path(settings.STATIC_ROOT) / path.removeprefix(settings.STATIC_URL)).read_bytes()


def _kept_compressed(content: bytes) -> int:
    """Static files are compressed once, as hard as can be; every browser of our day reads them so."""
    return len(brotli.compress(content))


def _compressed(content: bytes) -> int:
    return len(gzip.compress(content, compresslevel=6, mtime=0))


class Count:
    """Counts what the database is asked, reads and writes alike; the savepoints of a test are not the page's."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.queries += not sql.startswith(("SAVEPOINT", "RELEASE"))
        return execute(sql, params, many, context)
