"""Slug → title of every service, so that texts and privilege boxes can name services from below."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SIGN_IN = "sign-in"

titles: dict[str, Promise | str] = {SIGN_IN: _("Sign in")}
short_titles: dict[str, Promise | str] = {}
four_eyes: set[str] = set()  # what an account may want two people for


def services() -> dict[str, Promise | str]:
    """The titles of what may be done for somebody, by slug."""
    return {slug: title for slug, title in titles.items() if slug != SIGN_IN}


def title(slug: str) -> str:
    """The service's title in the active language; the slug itself when the service is no longer offered."""
    return str(titles.get(slug, slug))


def short_title(slug: str) -> str:
    """The title for text messages, at most 25 signs in Arabic."""
    return str(short_titles.get(slug, titles.get(slug, slug)))
