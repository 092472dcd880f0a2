"""The portal as an app: commands, template tags, words; and the admin with its own site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig

from muqeem import celery


class MuqeemConfig(AppConfig):
    name = "muqeem"
    label = "muqeem"

    def ready(self) -> None:
        """Hints of every process, the web's above all, go to our queue and not to Celery's idea of one."""
        celery.app.set_default()


class AdminConfig(DjangoAdminConfig):
    default_site = "accounts.staff.StaffSite"
