"""The settings of a portal that is about to get tomorrow's tables."""

from tests.settings_live import *  # noqa: F403

MIGRATION_MODULES = {"residency": "tests.chaos.tomorrow.migrations"}
