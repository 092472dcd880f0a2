"""`manage.py phone NUMBER`: what a phone would show, in a demonstration."""

import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import PhoneDevice, User
from muqeem import numbers
from muqeem.record.models import Demonstration, Message
from muqeem.record.texts import words

NEWEST = 50


class Command(BaseCommand):
    """Print the texts that a number received, the newest first, and the codes of its owner's authenticator app."""

    help = "Shows the texts to a mobile number or user name and the codes of the authenticator app, in a demonstration only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="a mobile number, or the name of a user")
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO and Demonstration.objects.exists()):
            raise CommandError("Texts are shown in a demonstration only.")
        receivers, users = _owners(options["number"])
        messages = Message.objects.filter(receiver__in=receivers).order_by("-pk")[:NEWEST]
        texts = [{"to": message.receiver, "at": message.created_at.isoformat(), "text": words(message)} for message in messages]
        apps = [
            {"username": user.username, "code": app.code(), "seconds_left": app.seconds_left()}
            for user in users
            for app in user.authenticators()
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"messages": texts, "authenticators": apps}, ensure_ascii=False, indent=2))
            return
        for app in apps:
            self.stdout.write(f"Authenticator app of {app['username']}: {app['code']} ({app['seconds_left']} s left)")
        for text in texts:
            self.stdout.write(f"\n{numbers.show_phone(text['to'])} · {text['at']}\n{text['text']}")
        if not texts:
            self.stdout.write("No texts yet.")


def _owners(typed: str) -> tuple[list[str], list[User]]:
    """The numbers that were meant and the users whose phone or name it is."""
    if typed.isprintable() and (user := User.objects.filter(username=typed).first()):
        return list(PhoneDevice.objects.filter(user=user).values_list("number", flat=True)), [user]
    try:
        number = numbers.clean_phone(typed)
    except ValidationError:
        raise CommandError(f"{typed!r} is neither a mobile number nor the name of a user.") from None
    return [number], list(User.objects.filter(pk__in=PhoneDevice.objects.filter(number=number).values("user")))
