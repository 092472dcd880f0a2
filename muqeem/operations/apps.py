from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "muqeem.operations"
    label = "operations"
    verbose_name = _("Operations and documents")

    def ready(self) -> None:
        """Let every app's `operations` module register its services, as the admin does."""
        autodiscover_modules("operations")
