"""The seal: what it vouches for, and that nothing else passes for it."""

import base64
import json
import string
from datetime import date
from io import StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from muqeem import seal as seals
from muqeem.seal import Forged, Payload, SealBroken, UnknownKey, Unsealed
from muqeem.serials import new_serial


def setting(key_id: str, raw: bytes) -> str:
    return f"{key_id}:{base64.b64encode(raw).decode()}"


SEED, NEXT_SEED = bytes(range(32)), bytes(range(32, 64))
BASE64URL = string.ascii_letters + string.digits + "-_"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.SEAL_KEY = setting("2026a", SEED)
    settings.SEAL_KEYS_RETIRED = ""


def a_payload(**changes) -> Payload:
    facts = {
        "serial": new_serial(),
        "kind": "iqama-renewal",
        "last_four": "0188",
        "birth_year": 1988,
        "dates": {"issued_on": date(2026, 11, 22), "new_expires_on": date(2027, 12, 21)},
    }
    return Payload(**(facts | changes))


def rotate(settings, *, keep_old=True):
    """A new key seals; the old one stays published, unless it leaked."""
    old = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    settings.SEAL_KEY = setting("2027a", NEXT_SEED)
    settings.SEAL_KEYS_RETIRED = setting("2026a", old) if keep_old else ""


def test_a_seal_gives_back_what_it_vouches_for():
    payload = a_payload()
    assert seals.open_seal(seals.seal(payload)) == payload


def test_the_whole_address_and_stray_space_are_read_too():
    payload = a_payload()
    assert seals.open_seal(f" https://muqeem.example/check/#{seals.seal(payload)}\n") == payload


def test_the_same_facts_have_the_same_seal_and_the_same_document_code():
    payload = a_payload()
    same = a_payload(serial=payload.serial, dates=dict(reversed(payload.dates.items())))
    assert seals.seal(payload) == seals.seal(same)
    code = seals.check_code(seals.seal(payload))
    assert code == seals.check_code(seals.seal(same))
    assert len(code) == 12
    assert set(code) <= set("0123456789ABCDEF")


def test_another_serial_has_another_document_code():
    assert seals.check_code(seals.seal(a_payload())) != seals.check_code(seals.seal(a_payload()))


def test_a_document_code_is_read_as_people_type_it():
    code = seals.check_code(seals.seal(a_payload()))
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower().replace("0", "o")
    assert seals.clean_check_code(typed) == code
    assert seals.clean_check_code("9" * 10_000) == ""


def test_a_seal_names_nobody():
    text = seals.seal(a_payload())
    written = base64.urlsafe_b64decode(text.split(".")[1] + "==")
    assert json.loads(written) == [
        1, "2026a", "iqama-renewal", "0188", 1988, {"issued_on": "2026-11-22", "new_expires_on": "2027-12-21"},
    ]  # fmt: skip


def test_every_changed_sign_of_the_text_is_refused():
    text = seals.seal(a_payload())
    for place, sign in enumerate(text):
        for other in ("A" if sign != "A" else "B", BASE64URL[(BASE64URL.find(sign) + 1) % 64], ".", "=", "é"):
            if other != sign:
                with pytest.raises(SealBroken):
                    seals.open_seal(text[:place] + other + text[place + 1 :])


def test_every_flipped_bit_of_payload_and_signature_is_refused():
    serial, body, signature = seals.seal(a_payload()).split(".")

    def flipped(part):
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        for bit in range(len(raw) * 8):
            changed = bytearray(raw)
            changed[bit // 8] ^= 1 << bit % 8
            yield base64.urlsafe_b64encode(changed).rstrip(b"=").decode()

    for other in flipped(body):
        with pytest.raises(SealBroken):
            seals.open_seal(f"{serial}.{other}.{signature}")
    for other in flipped(signature):
        with pytest.raises(Forged):
            seals.open_seal(f"{serial}.{body}.{other}")


def test_the_seal_of_one_document_does_not_serve_another():
    _serial, body, signature = seals.seal(a_payload()).split(".")
    with pytest.raises(Forged):
        seals.open_seal(f"{new_serial()}.{body}.{signature}")


def test_a_signature_of_the_key_over_anything_but_a_seal_is_refused():
    serial, body, _signature = seals.seal(a_payload()).split(".")
    bare = Ed25519PrivateKey.from_private_bytes(SEED).sign(f"{serial}.{body}".encode())
    with pytest.raises(Forged):
        seals.open_seal(f"{serial}.{body}.{base64.urlsafe_b64encode(bare).rstrip(b'=').decode()}")


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c.d", "..", "x" * 10_000, "7K3M.!!.??", "\x00.\x00.\x00", "\ud800.a.b"])
def test_what_is_no_seal_is_unsealed(text):
    with pytest.raises(Unsealed):
        seals.open_seal(text)


@given(st.text())
def test_whatever_is_scanned_is_refused_without_an_error(text):
    with pytest.raises(SealBroken):
        seals.open_seal(text)


LEAVES = st.none() | st.integers() | st.floats() | st.text()


@given(LEAVES | st.lists(LEAVES | st.lists(LEAVES) | st.dictionaries(st.text(), LEAVES), max_size=7))
def test_whatever_a_payload_holds_is_refused_without_an_error(content):
    body = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()[:500]
    with pytest.raises(SealBroken):
        seals.open_seal(f"{new_serial()}.{body}.{'A' * 86}")


@pytest.mark.parametrize(
    "changes",
    [
        {"serial": "7K3M9PQ2XRTA"[:11] + "U"},
        {"kind": "Iqama Renewal"},
        {"last_four": "188"},
        {"last_four": "٠١٨٨"},
        {"birth_year": "1988"},
        {"birth_year": True},
        {"dates": {}},
        {"dates": {"issued on": date(2026, 1, 1)}},
    ],
)
def test_facts_that_no_seal_can_say_are_not_sealed(changes):
    with pytest.raises(ValueError, match="cannot be sealed"):
        seals.seal(a_payload(**changes))


def test_a_page_sealed_by_a_retired_key_stays_provable(settings):
    payload = a_payload()
    old = seals.seal(payload)
    rotate(settings)
    assert seals.open_seal(old) == payload
    assert seals.open_seal(seals.seal(payload)) == payload
    assert seals.seal(payload) != old


def test_a_page_sealed_by_a_key_that_is_not_published_is_refused(settings):
    old = seals.seal(a_payload())
    rotate(settings, keep_old=False)
    with pytest.raises(UnknownKey):
        seals.open_seal(old)


def test_a_key_of_the_same_name_but_another_content_proves_nothing():
    stranger = Ed25519PrivateKey.generate().public_key()
    with pytest.raises(Forged):
        seals.open_seal(seals.seal(a_payload()), {"2026a": stranger})


def test_the_published_keys_hold_every_public_half_and_no_private_one(settings):
    rotate(settings)
    published = seals.public_keys()
    assert [key["kid"] for key in published["keys"]] == ["2027a", "2026a"]
    for key, seed in zip(published["keys"], (NEXT_SEED, SEED), strict=True):
        assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
        assert "d" not in key
        raw = base64.urlsafe_b64decode(key["x"] + "=")
        assert Ed25519PublicKey.from_public_bytes(raw) == Ed25519PrivateKey.from_private_bytes(seed).public_key()


def test_whoever_saved_the_published_keys_can_open_a_seal(settings):
    payload = a_payload()
    saved = json.loads(json.dumps(seals.public_keys()))
    text = seals.seal(payload)
    settings.SEAL_KEY = setting("2027a", NEXT_SEED)
    assert seals.open_seal(text, seals.read_public_keys(saved)) == payload


@pytest.mark.parametrize(
    "content",
    [None, [], {}, {"keys": 1}, {"keys": [{}]}, {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "!"}]}],
)
def test_another_file_is_no_set_of_keys(content):
    with pytest.raises(ValueError, match="not a set of public keys"):
        seals.read_public_keys(content)


@pytest.mark.parametrize("wrong", ["", "2026a", "2026a:", "2026a:AAAA", f"Key 1:{base64.b64encode(SEED).decode()}", "2026a:ÄÖ"])
def test_a_wrong_key_setting_is_said_in_words_without_showing_it(settings, wrong):
    settings.SEAL_KEY = wrong
    with pytest.raises(ImproperlyConfigured, match="SEAL_KEY must be <key id>") as said:
        seals.seal(a_payload())
    assert wrong == "" or wrong.partition(":")[2] == "" or wrong.partition(":")[2] not in str(said.value)


def test_two_keys_with_one_id_are_refused(settings):
    settings.SEAL_KEYS_RETIRED = setting("2026a", SEED)
    with pytest.raises(ImproperlyConfigured, match="id of its own"):
        seals.public_keys()


# --- manage.py verify_seal ----------------------------------------------------------------------
@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(seals.public_keys()))
    return file


def test_a_genuine_page_is_confirmed_offline_with_its_facts(key_file):
    said = StringIO()
    payload = a_payload()
    call_command("verify_seal", f"https://muqeem.example/check/#{seals.seal(payload)}", keys=str(key_file), stdout=said)
    lines = said.getvalue().splitlines()
    assert lines[0] == "Genuine."
    assert f"document: {payload.serial[:4]}-{payload.serial[4:8]}-{payload.serial[8:]}" in lines
    assert "new_expires_on: 2027-12-21" in lines
    assert "last four digits: 0188" in lines


def test_a_forged_page_is_refused_offline(key_file):
    serial, body, _signature = seals.seal(a_payload()).split(".")
    with pytest.raises(CommandError, match="does not belong to these facts") as refused:
        call_command("verify_seal", f"{serial}.{body}.{'A' * 86}", keys=str(key_file))
    assert refused.value.returncode == 1


def test_a_page_newer_than_the_saved_keys_says_so(key_file, settings):
    rotate(settings)
    with pytest.raises(CommandError, match="may be older than the page"):
        call_command("verify_seal", seals.seal(a_payload()), keys=str(key_file))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"keys": [{}]}'])
def test_a_file_that_holds_no_keys_is_named(tmp_path, content):
    file = tmp_path / "keys.json"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"keys\.json: not a file of public keys"):
        call_command("verify_seal", seals.seal(a_payload()), keys=str(file))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify_seal", seals.seal(a_payload()), keys=str(tmp_path / "none.json"))
