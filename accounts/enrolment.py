"""Setting up an authenticator app, and what a demonstration may show of it.

Until the app has shown a right code its key waits in the session: looking at the page leaves no device behind.
"""

import time
from base64 import b32encode
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from accounts.models import User
from accounts.models.attempts import name_key
from accounts.models.devices import step_of_code, totp_of
from accounts.models.limits import count_code
from muqeem import barcodes
from muqeem.record.models import Event

BACKUP_CODES = 10
KEY = "authenticator-key"


def begin(user: User, session: SessionBase) -> TOTPDevice:
    """The device that is offered, not saved; the same one when the page is opened again."""
    return TOTPDevice(user=user, name="app", key=session.setdefault(KEY, default_key()))


def confirm(device: TOTPDevice, code: str) -> list[str]:
    """Take the device into use if the code is the one it shows; the new back-up codes, or nothing.

    It replaces the person's devices and back-up codes of before. Raises Paused. Opens a transaction.
    """
    attempt = count_code(name_key(device.user.username))
    step = step_of_code(device, code)
    if step is None:
        return []
    with transaction.atomic():
        User.objects.select_for_update().get(pk=device.user.pk)  # a double click sets up one device, not two
        attempt.delete()
        TOTPDevice.objects.filter(user=device.user).delete()
        device.confirmed, device.last_t = True, step
        device.save()
        backup_codes = _new_backup_codes(device.user)
        Event.objects.seal("authenticator-enrolled", actor=device.user.username)
        return backup_codes


def _new_backup_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup")
    return [device.token_set.create(token=StaticToken.random_token()).token for _number in range(BACKUP_CODES)]


def qr_svg(device: TOTPDevice) -> SafeString:
    """The key as a picture for the app's camera."""
    return barcodes.qr_svg(device.config_url, _("The key as a QR code"))


def secret(device: TOTPDevice) -> str:
    """The key in groups of four, for people without a camera."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def code_now(device: TOTPDevice) -> str:
    """What the app shows at this moment."""
    return f"{totp_of(device).token():0{device.digits}}"


def demonstration_codes() -> list[dict[str, Any]]:
    """What the demonstration people's apps show, and for how many seconds."""
    seconds = 30 - int(time.time()) % 30
    devices = TOTPDevice.objects.filter(confirmed=True).select_related("user").order_by("user__username")[:20]
    return [{"name": device.user.username, "code": code_now(device), "seconds": seconds} for device in devices]
