"""The seal of a printed document: a short text that proves who issued it, to anybody, without asking us.

    SERIAL.PAYLOAD.SIGNATURE

PAYLOAD is a compact JSON array in base64url; SIGNATURE is Ed25519 over a fixed prefix and `SERIAL.PAYLOAD`. Both are
without padding and in their only valid spelling, so that one document has exactly one seal. The payload names its key:
retired keys stay published, and pages they sealed stay provable. Why it looks like this: docs/decisions/seal.md.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError

from muqeem.serials import clean_serial, read_leniently

VERSION = 1

# What is signed begins with these words, so that no signature of ours over something else can pass for a seal.
_CONTEXT = b"muqeem-seal-1:"

_KEY_ID = re.compile(r"[a-z0-9-]{1,16}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DATE_NAME = re.compile(r"[a-z]+(_[a-z]+)*")

# A QR at the size we print holds less; longer texts are not ours.
_LONGEST = 600


class SealBroken(Exception):
    """The text is not a seal of ours, or not any more."""


class Unsealed(SealBroken):
    """The text has not the form of a seal."""


class UnknownKey(SealBroken):
    """The seal names a key that is not among the published ones."""


class Forged(SealBroken):
    """The signature is not the key's signature over these facts."""


PublicKeys = Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True)
class Payload:
    """What a seal vouches for. No name and no whole number of a person: the page is photographed by strangers."""

    serial: str
    kind: str
    last_four: str
    birth_year: int
    dates: Mapping[str, date]


def seal(payload: Payload) -> str:
    """The seal of these facts under the current key. The same facts always give the same seal."""
    key_id, private = _signing_key(settings.SEAL_KEY)
    body = _spell(_encode(payload, key_id))
    return f"{payload.serial}.{body}.{_spell(private.sign(_message(payload.serial, body)))}"


def open_seal(text: str, keys: PublicKeys | None = None) -> Payload:
    """What the seal vouches for, from its text or the whole address; raises one of the `SealBroken`."""
    serial, body, signature = _parts(text)
    key_id, payload = _decode(serial, _read(body))
    public = (our_keys() if keys is None else keys).get(key_id)
    if public is None:
        raise UnknownKey(key_id)
    try:
        public.verify(_read(signature), _message(serial, body))
    except InvalidSignature as broken:
        raise Forged(serial) from broken
    return payload


def check_code(text: str) -> str:
    """The document code of a seal: what is typed beside the serial when nothing can be scanned.

    It is made from the signature, which stands on the paper alone, so that a serial by itself proves nothing.
    """
    _serial, _body, signature = _parts(text)
    return hashlib.sha256(_read(signature)).hexdigest()[:12].upper()


def clean_check_code(text: str) -> str:
    """A document code as `check_code` gives it, from how a person typed it; anything else matches no document."""
    return read_leniently(text)


def our_keys() -> dict[str, Ed25519PublicKey]:
    """The public keys that seal and have sealed our pages, the current one first."""
    key_id, private = _signing_key(settings.SEAL_KEY)
    retired = _retired_keys(settings.SEAL_KEYS_RETIRED)
    if key_id in retired:
        raise ImproperlyConfigured("SEAL_KEYS_RETIRED has the id of SEAL_KEY: every key needs an id of its own.")
    return {key_id: private.public_key(), **retired}


def public_keys() -> dict[str, Any]:
    """Our public keys as a JWK set, for /check/keys: WebCrypto imports them as they are."""
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": key_id, "use": "sig", "x": _spell(public.public_bytes_raw())}
            for key_id, public in our_keys().items()
        ]
    }


def read_public_keys(jwk_set: Any) -> dict[str, Ed25519PublicKey]:
    """Keys from a file saved from /check/keys; `ValueError` if it is something else."""
    try:
        return {
            str(jwk["kid"]): Ed25519PublicKey.from_public_bytes(_read(jwk["x"]))
            for jwk in jwk_set["keys"]
            if jwk["kty"] == "OKP" and jwk["crv"] == "Ed25519"
        }
    except (KeyError, TypeError, AttributeError, ValueError, Unsealed) as wrong:
        raise ValueError("not a set of public keys") from wrong


def _message(serial: str, body: str) -> bytes:
    return _CONTEXT + f"{serial}.{body}".encode("ascii")


def _encode(payload: Payload, key_id: str) -> bytes:
    days = {name: day.isoformat() for name, day in sorted(payload.dates.items())}
    facts = [VERSION, key_id, payload.kind, payload.last_four, payload.birth_year, days]
    written = json.dumps(facts, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    try:
        read_back = _decode(payload.serial, written)
    except Unsealed as wrong:
        raise ValueError(f"cannot be sealed: {payload!r}") from wrong
    # A seal that says other facts than it was given would be worse than none.
    if read_back != (key_id, payload):
        raise ValueError(f"cannot be sealed: {payload!r}")
    return written


def _decode(serial: str, written: bytes) -> tuple[str, Payload]:
    try:
        version, key_id, kind, last_four, birth_year, days = json.loads(written)
        plausible = (
            version == VERSION
            and _KEY_ID.fullmatch(key_id)
            and _SLUG.fullmatch(kind)
            and re.fullmatch("[0-9]{4}", last_four)
            and type(birth_year) is int
            and days
            and all(_DATE_NAME.fullmatch(name) for name in days)
            and clean_serial(serial) == serial
        )
        dates = {name: date.fromisoformat(day) for name, day in days.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, ValidationError) as wrong:
        raise Unsealed("payload") from wrong
    if not plausible:
        raise Unsealed("payload")
    return key_id, Payload(serial, kind, last_four, birth_year, dates)


def _parts(text: str) -> tuple[str, str, str]:
    if len(text) > _LONGEST:
        raise Unsealed("length")
    parts = text.strip().rpartition("#")[2].split(".")
    if len(parts) != 3 or not all(parts):
        raise Unsealed("form")
    return parts[0], parts[1], parts[2]


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _read(spelt: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(spelt + "=" * (-len(spelt) % 4))
    except ValueError as wrong:
        raise Unsealed("base64") from wrong
    # base64 has several spellings of one content (spare bits, ignored signs); only ours is a seal.
    if _spell(raw) != spelt:
        raise Unsealed("base64")
    return raw


@lru_cache(maxsize=4)
def _signing_key(setting: str) -> tuple[str, Ed25519PrivateKey]:
    key_id, seed = _key_and_bytes("SEAL_KEY", setting)
    return key_id, Ed25519PrivateKey.from_private_bytes(seed)


@lru_cache(maxsize=4)
def _retired_keys(setting: str) -> dict[str, Ed25519PublicKey]:
    entries = (entry.strip() for entry in setting.split(","))
    pairs = [_key_and_bytes("SEAL_KEYS_RETIRED", entry) for entry in entries if entry]
    return {key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in pairs}


def _key_and_bytes(name: str, entry: str) -> tuple[str, bytes]:
    key_id, _colon, spelt = entry.partition(":")
    try:
        raw = base64.b64decode(spelt, validate=True)
    except ValueError:
        raw = b""
    if not _KEY_ID.fullmatch(key_id) or len(raw) != 32:
        # The entry itself stays out of the message: it may hold the private half.
        raise ImproperlyConfigured(f"{name} must be <key id>:<base64 of 32 bytes>, the id of a-z, 0-9 and hyphens.")
    return key_id, raw
