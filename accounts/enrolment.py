"""Setting up an authenticator app and back-up codes, and what a demonstration may show of them.

Until the app has shown a right code its key waits in the session: looking at the page leaves no device behind.
"""

from base64 import b32encode
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import default_key

from accounts.models import AuthenticatorApp, User
from accounts.models.attempts import name_key, tell_refused
from accounts.models.limits import count_code
from muqeem import barcodes, codes
from muqeem.record.models import Event

BACKUP_CODES = 10
KEY = "authenticator-key"


def begin(user: User, session: SessionBase) -> AuthenticatorApp:
    """The device that is offered, not saved; the same one when the page is opened again."""
    return AuthenticatorApp(user=user, name="app", key=session.setdefault(KEY, default_key()))


def confirm(device: AuthenticatorApp, code: str) -> list[str]:
    """Take the device into use if the code is the one it shows; the new back-up codes, or nothing.

    It replaces the person's devices and back-up codes of before; confirmed twice, by a double click, it is one device
    with one set of codes, and both are told them. Raises Paused. Opens a transaction.
    """
    attempt = count_code(name_key(device.user.username))
    step = device.step_of(code)
    if step is None:
        tell_refused("wrong code", name_key(device.user.username))
        return []
    with transaction.atomic():
        User.objects.select_for_update().get(pk=device.user.pk)
        attempt.delete()
        if done := AuthenticatorApp.objects.filter(user=device.user, key=device.key, confirmed=True).first():
            device.pk = done.pk
            return _backup_codes(device.user)
        AuthenticatorApp.objects.filter(user=device.user).delete()
        device.confirmed, device.last_t = True, step
        device.save()
        _renew_backup_codes(device.user, "backup")
        Event.objects.seal("authenticator-enrolled", actor=device.user.username)
        return _backup_codes(device.user)


def make_backup_codes(user: User, batch: str) -> list[str]:
    """New back-up codes in the place of those of before; asked for twice under one name, the same. Opens a transaction."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if not StaticDevice.objects.filter(user=user, name=batch).exists():
            _renew_backup_codes(user, batch)
            Event.objects.seal("backup-codes-made", actor=user.username)
        return _backup_codes(user)


def backup_codes_left(user: User) -> int:
    """How many sign-ins without a phone are left."""
    return StaticToken.objects.filter(device__user=user, device__confirmed=True).count()


def _renew_backup_codes(user: User, batch: str) -> None:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name=batch)
    StaticToken.objects.bulk_create(StaticToken(device=device, token=mark) for mark in _marks(user, device))


def _backup_codes(user: User) -> list[str]:
    """Those that are good yet: worked out anew, because of each only a mark is kept."""
    device = StaticDevice.objects.get(user=user)
    kept = set(device.token_set.values_list("token", flat=True))
    return [code for mark, code in _marks(user, device).items() if mark in kept]


def _marks(user: User, device: StaticDevice) -> dict[str, str]:
    """The codes of a device by their marks. The next device of the person, whatever its name, has others."""
    made = (codes.backup_code(f"{user.uuid} {device.pk} {device.name}", number) for number in range(BACKUP_CODES))
    return {codes.backup_mark(str(user.uuid), code): code for code in made}


def qr_svg(device: AuthenticatorApp) -> SafeString:
    """The key as a picture for the app's camera."""
    return barcodes.qr_for_screen(device.config_url, _("The key as a QR code"))


def secret(device: AuthenticatorApp) -> str:
    """The key in groups of four, for people without a camera."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def demonstration_codes() -> list[dict[str, Any]]:
    """What the demonstration people's apps show, and for how many seconds."""
    devices = AuthenticatorApp.objects.filter(confirmed=True).select_related("user").order_by("user__username")[:20]
    return [{"name": device.user.username, "code": device.code(), "seconds": device.seconds_left()} for device in devices]
