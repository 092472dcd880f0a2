"""The portal as an app: commands, template tags, words; and the admin with its own site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class MuqeemConfig(AppConfig):
    name = "muqeem"
    label = "muqeem"


class AdminConfig(DjangoAdminConfig):
    default_site = "accounts.staff.StaffSite"
