"""What the page of the public check says by itself of a seal that was scanned."""

import base64
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import override_settings
from playwright.sync_api import Browser

from muqeem import seal, serials

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db")]

OUR_ID = portal.SEAL_KEY.partition(":")[0]
OTHER_SECRET = base64.b64encode(b"another secret of thirty-two byt").decode()

Says = Callable[[str], str]


def sealed() -> str:
    serial = serials.new_serial()
    facts = {"issued_on": date(2026, 11, 22), "until_on": date(2027, 11, 22)}
    return seal.seal(seal.Payload(serial=serial, kind="iqama-renewal", last_four="1234", birth_year=1990, dates=facts))


def sealed_by(key: str) -> str:
    with override_settings(SEAL_KEY=key):
        return sealed()


def spelt(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.fixture
def says(browser: Browser, live_server: Any) -> Iterator[Says]:
    """The heading of the answer to a seal; one browser, which keeps what it may keep."""
    context = browser.new_context()
    context.add_cookies([{"name": "language", "value": "en", "url": live_server.url}])
    page = context.new_page()

    def heading(scanned: str) -> str:
        page.goto("about:blank")
        page.goto(f"{live_server.url}/check/#{scanned}")
        answer = page.locator("#seal [data-answer]:visible")
        answer.wait_for()
        assert answer.count() == 1
        return answer.inner_text()

    yield heading
    context.close()


def test_a_seal_of_ours_is_genuine(says: Says) -> None:
    assert "The seal is genuine" in says(sealed())


def test_a_seal_under_our_keys_name_by_somebody_else_is_not_genuine(says: Says) -> None:
    assert "The seal is not genuine" in says(sealed_by(f"{OUR_ID}:{OTHER_SECRET}"))


def test_a_seal_of_a_key_that_is_not_known_is_neither(says: Says) -> None:
    answer = says(sealed_by(f"elsewhere:{OTHER_SECRET}"))
    assert "The seal cannot be verified here" in answer
    assert "sealed with a key that this portal does not know (yet)" in answer


@pytest.mark.parametrize("payload", ["[]", "7", '"text"', '[1,["2026a"]]', '[1,"A KEY THAT CANNOT BE"]', '[2,"elsewhere"]', "no facts", ""])
def test_what_is_no_seal_at_all_is_not_genuine(says: Says, payload: str) -> None:
    serial, _payload, signature = sealed().split(".")
    assert "The seal is not genuine" in says(f"{serial}.{spelt(payload) or '!'}.{signature}")


def test_a_key_that_is_younger_than_the_browsers_list_is_asked_for(says: Says, settings: Any) -> None:
    assert "The seal is genuine" in says(sealed())
    old = next(key for key in seal.public_keys()["keys"] if key["kid"] == OUR_ID)
    settings.SEAL_KEYS_RETIRED = f"{OUR_ID}:{base64.b64encode(base64.urlsafe_b64decode(old['x'] + '=')).decode()}"
    settings.SEAL_KEY = f"next-year:{OTHER_SECRET}"
    assert "The seal is genuine" in says(sealed())


def test_without_the_keys_the_browser_says_that_it_cannot_tell(says: Says, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, Any]:
        raise LookupError

    monkeypatch.setattr(seal, "public_keys", broken)
    assert "This browser cannot verify the seal by itself." in says(sealed())
