"""The portal's settings for the servers that tests start: static files as they lie, and hooks that make trouble."""

import os

from muqeem.settings import *  # noqa: F403, TID251 -- the servers of tests are servers
from muqeem.settings import CELERY_TASK_TIME_LIMIT, INSTALLED_APPS, STORAGES  # noqa: TID251

INSTALLED_APPS = [*INSTALLED_APPS, "tests.live_hooks.LiveHooks"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CELERY_TASK_TIME_LIMIT = int(os.environ.get("TASK_TIME_LIMIT", CELERY_TASK_TIME_LIMIT))
