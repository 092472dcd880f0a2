"""What people work as."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Occupation(models.Model):
    """An occupation as the labour authority lists it."""

    code = models.CharField(_("code"), max_length=10, unique=True)
    title_ar = models.CharField(_("title in Arabic"), max_length=150)
    title_en = models.CharField(_("title in English"), max_length=150)

    class Meta:
        verbose_name = _("occupation")
        verbose_name_plural = _("occupations")

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" else self.title_ar

    @property
    def titles(self) -> dict[str, str]:
        return {"ar": self.title_ar, "en": self.title_en}
