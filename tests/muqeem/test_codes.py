"""Codes are derived from a key, the token and the sending; the arithmetic is that of RFC 4226."""

import hashlib
import hmac
from collections import Counter

import pytest

from accounts.models import AuthenticatorApp
from muqeem import clock, codes

TOKEN = "0f8fad5b-d9cb-469f-a165-70867728950e"
VECTOR = ["425665", "646563", "652120"]


@pytest.fixture(autouse=True)
def _key(settings) -> None:
    settings.CODE_KEY = "a key for these vectors"


def test_a_fixed_vector() -> None:
    assert [codes.derive(TOKEN, send) for send in (1, 2, 3)] == VECTOR


def by_the_book(message: bytes) -> str:
    """RFC 4226, 5.3, word for word, with SHA-256: the last half byte says where the 31 bits begin."""
    digest = hmac.new(b"a key for these vectors", message, hashlib.sha256).digest()
    offset = digest[31] & 0xF
    snum = (digest[offset] & 0x7F) << 24 | digest[offset + 1] << 16 | digest[offset + 2] << 8 | digest[offset + 3]
    return str(snum % 1_000_000).zfill(6)


@pytest.mark.parametrize("send", range(1, 40))
def test_the_truncation_is_that_of_rfc_4226(send) -> None:
    assert codes.derive(TOKEN, send) == by_the_book(f"{TOKEN}|{send}".encode())


@pytest.mark.parametrize(("counter", "expected"), list(enumerate(["755224", "287082", "359152", "969429", "338314"])))
def test_under_the_hash_of_rfc_4226_its_own_vectors_come_out(counter, expected, monkeypatch) -> None:
    digest = hmac.new(b"12345678901234567890", counter.to_bytes(8, "big"), hashlib.sha1)
    with monkeypatch.context() as patched:
        patched.setattr(codes.hmac, "new", lambda *args: digest)
        assert codes.derive("", 0) == expected


def test_another_key_another_token_another_sending_give_other_codes(settings) -> None:
    code = codes.derive(TOKEN, 1)
    others = [codes.derive(TOKEN, 2), codes.derive(TOKEN.replace("0f", "1f"), 1)]
    settings.CODE_KEY = "another key"
    assert code not in [*others, codes.derive(TOKEN, 1)]


def test_codes_have_six_digits_and_are_spread_evenly() -> None:
    drawn = [codes.derive(TOKEN, send) for send in range(20_000)]
    assert {len(code) for code in drawn} == {6}
    assert all(code.isascii() and code.isdecimal() for code in drawn)
    for place in range(6):
        counts = Counter(code[place] for code in drawn)
        assert len(counts) == 10
        assert all(1_800 < count < 2_200 for count in counts.values())  # 2,000 expected, sigma 42


def test_only_the_same_code_is_the_same() -> None:
    code = codes.derive(TOKEN, 1)
    assert codes.same(code, TOKEN, 1)
    for typed in ("", code[:5], code + "0", f" {code}", codes.derive(TOKEN, 2), code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))):
        assert not codes.same(typed, TOKEN, 1)
    for odd in ("²" * 6, "\ud800", "\x00", "1" * 10_000):
        assert not codes.same(odd, TOKEN, 1)


@pytest.mark.django_db
def test_every_code_and_key_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(codes.hmac, "compare_digest", lambda left, right: compared.append((left, right)))
    app = AuthenticatorApp(key="00" * 20)
    codes.same("123456", TOKEN, 1)
    codes.opens("a key", "join", TOKEN)
    with clock.hold():
        app.step_of("654321")
    assert [typed for typed, _right in compared] == [b"123456", b"a key", *[b"654321"] * 3]
