"""What a password must not be, in the portal's words; the rules are Django's."""

from django.contrib.auth import password_validation as django_rules
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(django_rules.MinimumLengthValidator):
    """Of so many characters at least."""

    def get_error_message(self) -> str:
        words = ngettext(
            "The password is too short; at least %(min)d character.",
            "The password is too short; at least %(min)d characters.",
            self.min_length,
        )
        return words % {"min": self.min_length}


class Uncommon(django_rules.CommonPasswordValidator):
    """Not among those that are tried first."""

    def get_error_message(self) -> str:
        return _("This password is common; choose another.")


class UnlikeThePerson(django_rules.UserAttributeSimilarityValidator):
    """Not what others know of the person."""

    def get_error_message(self) -> str:
        return _("This password is too much like the %(verbose_name)s; choose another.")
