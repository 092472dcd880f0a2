"""A web server whose own clock is an hour off: what has expired is refused, and what has not is accepted, all the same."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from accounts.models import Attempt, OperationToken
from muqeem import clock
from tests.chaos.length import LONG
from tests.live import Browser, Site, Visitor, broken, reviewed

HOURS = {"an_hour_fast": 1, "an_hour_slow": -1}


def web_with_a_clock_off(site: Site, how: str, hooks: str = "") -> None:
    site.web(hooks=f"{how} {hooks}")
    date = parsedate_to_datetime(Browser(site.port).get("/healthz").headers["Date"])
    assert round((date - clock.now()).total_seconds() / 3600) == HOURS[how]


def aged(token: OperationToken, seconds: int) -> None:
    """Let the token's code be so old."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_operationtoken SET sent_at = sent_at - %s * interval '1 s' WHERE id = %s", [seconds, token.pk])


def code_of_age(site: Site, seconds: int, **person: Any) -> int:
    """The status when a code of this age is entered."""
    visitor = Visitor(site, **person)
    token = visitor.start()
    aged(token, seconds)
    return visitor.post(token, code=visitor.code(token)).status_code


@pytest.mark.parametrize("how", HOURS if LONG else ["an_hour_slow"])
def test_a_server_whose_clock_is_an_hour_off_takes_what_is_in_time_and_nothing_else(site: Site, how: str) -> None:
    web_with_a_clock_off(site, how)
    assert code_of_age(site, 290) == 302
    assert code_of_age(site, 301) == 422

    lapsing, lapsed = Visitor(site), Visitor(site)
    kept, late = reviewed(lapsing), reviewed(lapsed)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_operationtoken SET expires_at = muqeem_now() - interval '1 s' WHERE id = %s", [late.pk])
    assert lapsing.confirm(kept).url == f"/receipts/{kept.receipts.get().uuid}/"
    assert lapsed.confirm(late).url == f"/operations/{late.uuid}/"
    assert not late.receipts.exists()

    by_app = Visitor(site, by_app=True)
    app = by_app.user.authenticators().get()
    token = by_app.start()
    assert by_app.post(token, code=at(app, 3600 * HOURS[how])).status_code == 422  # what the server's own clock would take
    assert by_app.post(token, code=app.code()).status_code == 302

    idle = Visitor(site)
    assert idle.client.get("/services/").status_code == 200
    session = SessionStore(idle.client.cookies["session"])
    session["seen"] -= 16 * 60
    session.save()
    assert idle.client.get("/services/").status_code == 302
    assert [line for line in broken() if not line.startswith(("I05", "I13"))] == []  # the codes were aged by hand


def at(app: Any, seconds: int) -> str:
    """What the app shows so many seconds from now."""
    totp = app.totp()
    totp.time += seconds
    return app._written(totp)


def test_a_server_that_asks_its_own_clock_is_seen(site: Site) -> None:
    web_with_a_clock_off(site, "an_hour_slow", hooks="own_clock")
    person = Visitor(site)
    token = OperationToken.begin(person.user, "iqama-renewal", person.account)
    aged(token, 301)
    assert person.post(token, code=person.code(token)).status_code == 302
    assert Attempt.objects.filter(kind=Attempt.Kind.CODE).count() == 0
