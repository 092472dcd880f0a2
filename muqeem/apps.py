"""The portal as an app: commands, template tags, words; and the admin with its own site."""

from django.apps import AppConfig, apps
from django.contrib import admin
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

    def ready(self) -> None:
        """Whose app or back-up codes is whose is no table of the staff's: a key seen is a second step lost."""
        super().ready()
        for model in (*apps.get_app_config("otp_totp").get_models(), *apps.get_app_config("otp_static").get_models()):
            if admin.site.is_registered(model):
                admin.site.unregister(model)
