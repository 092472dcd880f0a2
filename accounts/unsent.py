"""A form that was posted after the session had ended: kept for half an hour and offered to its person after sign-in.

It waits in the browser's session, encrypted, because what people write into forms has no place in a table in the clear.
Nothing here sends it: the person does, or discards it. A form with a password or a code in it is never kept.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import OperationToken, User
from muqeem import catalogue, clock

KEPT = "unsent"
LIFE = timedelta(minutes=30)
LARGEST = 8 * 1024
PURPOSE = b"muqeem: unsent form 1"  # another number when `Unsent` changes: those of before are then unreadable, and gone
PLAIN_FORM = "application/x-www-form-urlencoded"  # files come otherwise and are not kept


@dataclass(frozen=True)
class Unsent:
    """One form: whose it is, for which account it was written, where it was to go, and what stood in it."""

    user: int
    account: str
    path: str
    slug: str
    fields: list[list[str]]
    kept_at: float

    @property
    def title(self) -> str:
        """The service that it belongs to, if it belongs to one."""
        return catalogue.title(self.slug) if self.slug else ""

    @property
    def until(self) -> datetime:
        return datetime.fromtimestamp(self.kept_at, clock.RIYADH) + LIFE


def keep(request: HttpRequest, user: int, account: str) -> None:
    """Keep what was posted, if it may be kept, in the place of what was kept before; the end of the session says whose it is."""
    if not _may_be_kept(request):
        return
    form = Unsent(user, account, request.get_full_path(), _slug(request, user), _fields(request), clock.now().timestamp())
    request.session[KEPT] = _cipher().encrypt(json.dumps(asdict(form)).encode()).decode()


def waiting(session: SessionBase, user: User) -> Unsent | None:
    """The form that waits for this person, unless it is too old."""
    try:
        form = Unsent(**json.loads(_cipher().decrypt(session[KEPT])))
    except (KeyError, InvalidToken):
        return None
    return form if form.user == user.pk and clock.now() < form.until else None


@contextmanager
def carried_over(session: SessionBase, user: User) -> Iterator[None]:
    """Take the form along while sign-in gives the session a new key; another person's goes with the old session."""
    sealed = session[KEPT] if waiting(session, user) else None
    yield
    if sealed:
        session[KEPT] = sealed


def forget(session: SessionBase) -> None:
    """Keep it no longer."""
    session.pop(KEPT, None)


def forget_if_sent(request: HttpRequest, user: User) -> None:
    """Keep it no longer, if this very form is being sent now."""
    form = waiting(request.session, user) if request.method == "POST" else None
    if form and (form.path, form.fields) == (request.get_full_path(), _fields(request)):
        forget(request.session)


def _may_be_kept(request: Any) -> bool:
    return (
        request.method == "POST"
        and getattr(request, "csrf_processing_done", False)  # it came from a page of ours
        and request.content_type == PLAIN_FORM
        and len(request.body) <= LARGEST
        and not any(_is_secret(name) for name in request.POST)
    )


def _is_secret(name: str) -> bool:
    return name == "code" or "password" in name


def _fields(request: HttpRequest) -> list[list[str]]:
    pairs = ([name, value] for name, values in request.POST.lists() for value in values)
    return [pair for pair in pairs if pair[0] != "csrfmiddlewaretoken"]


def _slug(request: HttpRequest, user: int) -> str:
    """The service that the address names, by itself or through the person's own operation."""
    parts = request.resolver_match.kwargs if request.resolver_match else {}
    slug = parts.get("slug", "")
    if "uuid" in parts:
        slug = OperationToken.objects.filter(uuid=parts["uuid"], user=user).values_list("slug", flat=True).first()
    return slug if slug in catalogue.titles else ""


def _cipher() -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(settings.SECRET_KEY.encode())
    return Fernet(urlsafe_b64encode(key))
