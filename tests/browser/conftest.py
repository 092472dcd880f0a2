"""A real Chromium."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser

from tests.browser.chromium import launched


@pytest.fixture(scope="module")  # while Playwright lives, its loop occupies this thread
def browser(django_db_setup: None) -> Iterator[Browser]:  # first, outside of the loop: who makes the database ends it
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread; the rows are read beside it
    with launched() as chromium:
        yield chromium
        connections.close_all()  # those of this loop, which nobody finds any more once it is over
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
