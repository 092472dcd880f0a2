"""What tests of sign-in and codes do with people: their codes, their apps, their browsers, many at once."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.apps import apps
from django.db import connection
from django.test import Client

from accounts.models import OperationToken, User
from muqeem import clock, codes
from tests.factories import PASSWORD

T = TypeVar("T")


def right_code(token: OperationToken) -> str:
    """The code of the newest text."""
    token.refresh_from_db()
    return codes.derive(str(token.uuid), token.sends)


def wrong_code(token: OperationToken) -> str:
    """Another code than that of the newest text."""
    return f"{(int(right_code(token)) + 1) % 10**codes.DIGITS:06}"


def app_code(user: User, steps: int = 0) -> str:
    """What the authenticator app of a person shows now, or so many half minutes later."""
    totp = user.authenticators().get().totp()
    totp.drift += steps
    return f"{totp.token():06}"


def wrong_app_code(user: User) -> str:
    """A code that the app shows at no time near to now."""
    near = {app_code(user, steps) for steps in range(-3, 4)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)


def sign_in_first(client: Client, user: User, query: str = "") -> OperationToken:
    """Name and password."""
    answer = client.post(f"/sign-in/{query}", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return user.tokens.latest("pk")


def sign_in(client: Client, user: User, query: str = "", **more: str) -> Any:
    """Both steps; the answer of the second."""
    token = sign_in_first(client, user, query)
    code = right_code(token) if token.method == "text" else app_code(user)
    answer = client.post(f"/sign-in/code/{query}", {"code": code, **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer


def password_alone(client: Client, user: User, query: str = "") -> Any:
    """Name and password, wherever they lead."""
    return client.post(f"/sign-in/{query}", {"username": user.username, "password": PASSWORD})


def is_signed_in(client: Client) -> bool:
    return client.get("/account/password/").status_code == 200


def signed_in(user: User, *, verified: bool = False) -> Client:
    """A browser in which the person has signed in a moment ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["began"] = session["seen"] = clock.now().timestamp()
    if verified:
        session["otp_device_id"] = user.authenticators().get().persistent_id
    session.save()
    return client


def send(client: Client, path: str, **fields: str) -> Any:
    """Post anything at all, halves of characters included, as the bytes that a hostile client would send."""
    body = urlencode(fields, errors="surrogatepass")
    return client.post(path, body, content_type="application/x-www-form-urlencoded")


def tables_holding(text: str) -> set[str]:
    """The tables in which a text stands anywhere."""
    tables = set()
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}" AS row WHERE position(%s IN row::text) > 0', [text])
            if cursor.fetchone()[0]:
                tables.add(model._meta.db_table)
    return tables


def all_at_once(act: Callable[[int], T], times: int) -> Sequence[T | Exception]:
    """What so many threads get that a barrier releases together, each with a connection of its own."""
    barrier = threading.Barrier(times)
    results: list[T | Exception] = [RuntimeError("never ran")] * times

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(10)
            results[number] = act(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
