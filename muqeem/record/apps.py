from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from muqeem.record import mark


class RecordConfig(AppConfig):
    name = "muqeem.record"
    label = "record"
    verbose_name = _("Journal, parameters and messages")

    def ready(self) -> None:
        """Keep demonstrations and production apart."""
        mark.watch()
