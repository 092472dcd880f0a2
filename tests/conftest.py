"""What every test stands on: a marked database, no network, a clock that can be moved."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django import conf
from django.apps import apps
from django.db import connections
from django.db.models.signals import post_migrate
from pytest_django.plugin import DjangoDbBlocker

from muqeem.record.models import ChainHead, Demonstration
from tests.live import engines, site  # noqa: F401 -- fixtures, for one pair of engines in a whole run

PARAMETERS = (
    "accounts.migrations.0008_bills",
    "accounts.migrations.0010_free_operations",
    "accounts.migrations.0012_notices",
    "residency.migrations.0002_parameters",
    "residency.migrations.0004_small_establishments_and_term_calendar",
    "residency.migrations.0016_lost_cards",
    "visas.migrations.0001_parameters",
    "visas.migrations.0002_reminders",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Share the tests between two processes: a file stays whole, and no two portals run beside each other.

    Tests that start a portal take the longest, so they come first.
    """
    for item in items:
        assert isinstance(item, pytest.Function)
        item.add_marker(pytest.mark.xdist_group("portal" if starts_a_portal(item) else item.module.__name__))
    yield
    items.sort(key=lambda item: not starts_a_portal(item))


def starts_a_portal(item: pytest.Item) -> bool:
    return "site" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Mark the test database, so that the clock may be moved and the tables emptied between tests."""
    connections.databases["default"]["CONN_MAX_AGE"] = 0  # threads of a live server keep nothing open behind them
    # A test without an outer transaction ends with empty tables, of which Django tells as of a migration.
    post_migrate.connect(refill, sender=apps.get_app_config("residency"))
    with django_db_blocker.unblock():
        refill()


def refill(**_: Any) -> None:
    """Restore the rows that belong to every database: the mark, the chain's head, the parameters."""
    Demonstration.objects.get_or_create()
    ChainHead.objects.get_or_create()
    for migration in PARAMETERS:
        import_module(migration).write(apps, None)


@pytest.fixture
def shift(request: pytest.FixtureRequest) -> Callable[[timedelta], None]:
    """Move the portal's clock."""

    def move(by: timedelta) -> None:
        Demonstration.objects.update(clock_shift=by)

    return move


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Static files are served as they lie in the repository."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    conf.settings.STATIC_ROOT = conf.settings.BASE_DIR / "static"
    conf.settings.STORAGES = conf.settings.STORAGES | {"staticfiles": plain}


@pytest.fixture(autouse=True)
def _pages(settings: Any, tmp_path: Path) -> None:
    """Pages of tests go to a directory of their own."""
    settings.MEDIA_ROOT = tmp_path / "prints"
