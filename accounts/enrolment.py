"""Setting up an authenticator app, and what a demonstration may show of it."""

import time
from base64 import b32encode
from typing import Any

from django.db import transaction
from django.utils.safestring import SafeString
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.models.attempts import name_key
from accounts.models.limits import count_code
from muqeem import barcodes
from muqeem.record.models import Event

BACKUP_CODES = 10


def begin(user: User) -> TOTPDevice:
    """The device that waits to be confirmed; made once, so that the page can be opened again."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def confirm(device: TOTPDevice, code: str) -> list[str]:
    """Take the device into use if the code is the one it shows; the new back-up codes, or nothing. Opens a transaction."""
    attempt = count_code(name_key(device.user.username))
    with transaction.atomic():
        waiting = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        if not waiting.verify_token(code):
            return []
        attempt.delete()
        TOTPDevice.objects.filter(user=device.user).exclude(pk=device.pk).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        device.refresh_from_db()
        Event.objects.seal("authenticator-enrolled", actor=device.user.username)
        return _new_backup_codes(device.user)


def _new_backup_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup")
    return [device.token_set.create(token=StaticToken.random_token()).token for _ in range(BACKUP_CODES)]


def qr_svg(device: TOTPDevice) -> SafeString:
    """The key as a picture for the app's camera."""
    return barcodes.qr_svg(device.config_url)


def secret(device: TOTPDevice) -> str:
    """The key in groups of four, for people without a camera."""
    key = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def code_now(device: TOTPDevice) -> str:
    """What the app shows at this moment."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{totp.token():0{device.digits}}"


def demonstration_codes() -> list[dict[str, Any]]:
    """What the demonstration people's apps show, and for how many seconds."""
    seconds = 30 - int(time.time()) % 30
    devices = TOTPDevice.objects.filter(confirmed=True).select_related("user").order_by("user__username")[:20]
    return [{"name": device.user.username, "code": code_now(device), "seconds": seconds} for device in devices]
