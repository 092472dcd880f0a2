"""Faults of a running portal: whatever is killed, stopped, emptied or slow, nothing is lost and nothing happens twice."""

import json
import signal
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connection
from django.utils.translation import gettext, override

from accounts.models import Attempt, OperationToken
from accounts.models.tokens import Step
from muqeem.operations.models import Print
from muqeem.record.models import Message
from tests.factories import ResidentFactory, UserFactory
from tests.live import Site, Visitor, broken, children_of, drained, eventually, kill, note, reviewed, stop, whole

# The machine of the tests is small and shared: promises in seconds get this much room.
ROOM = 3.0
WHERE_TO_LOOK = 'Before trying again look at "My operations": whatever was done has a receipt.'


# --- workers ---


def test_a_page_comes_once_although_its_worker_is_killed_while_rendering(site: Site) -> None:
    site.web()
    site.sweeper()
    site.worker("texts")
    person = Visitor(site)
    receipts = []
    for resident in ResidentFactory.create_batch(2, domestic=True, sponsor=person.account):
        token = reviewed(person, resident)
        assert person.confirm(token).status_code == 302
        receipts.append(token.receipts.get())
    # Only now: so the sweeper has looked already, and its next look comes before the lease of this worker ends.
    doomed = site.until_up(site.worker("prints", hooks="slow_render"))
    eventually(lambda: Print.objects.exclude(leased_until=None).count() == 2)
    time.sleep(0.5)
    kill(children_of(doomed.pid)[0])
    time.sleep(0.5)
    doomed.kill()
    killed_at = time.monotonic()
    assert Print.objects.filter(rendered_at=None).count() == 2
    site.worker("prints")
    eventually(drained, within=35 + 3)
    note(f"pages after the kill: {time.monotonic() - killed_at:.1f} s")
    assert whole(site) == []
    assert list(Print.objects.values_list("copy", "attempts")) == [(1, 2), (1, 2)]
    for receipt in receipts:
        page = person.client.get(f"/documents/{receipt.documents.get().serial}.pdf")
        assert (page.status_code, page.content[:5]) == (200, b"%PDF-")


def test_a_page_that_never_ends_is_ended_and_its_worker_prints_on(site: Site) -> None:
    site.web()
    worker = site.until_up(site.worker("prints", processes=1, hooks="hanging_render short_leases", TASK_TIME_LIMIT="3"))
    (doomed,) = children_of(worker.pid)
    person = Visitor(site)
    for resident in ResidentFactory.create_batch(2, domestic=True, sponsor=person.account):
        assert person.confirm(reviewed(person, resident)).status_code == 302
    site.sweeper(hooks="short_leases")
    site.worker("texts")
    eventually((site.var / "hangs").exists, within=5 * ROOM)
    began = time.monotonic()
    eventually(lambda: doomed not in children_of(worker.pid), within=10 * ROOM)
    note(f"ended after {time.monotonic() - began:.1f} s")
    eventually(drained, within=15 * ROOM)
    assert worker.status() is None
    assert sorted(Print.objects.values_list("attempts", flat=True)) == [1, 2]
    assert whole(site) == []


def test_a_disk_that_fails_holds_pages_up_and_they_come_by_themselves(site: Site) -> None:
    fails = site.var / "disk-fails"
    fails.touch()
    site.web()
    site.until_up(site.worker("prints", hooks="failing_disk short_leases"))
    site.worker("texts")
    site.sweeper(hooks="failing_disk short_leases")
    person = Visitor(site)
    receipt = person.renewed()
    serial = receipt.documents.get().serial
    eventually(lambda: Print.objects.filter(error__contains="Input/output error").exists(), within=5 * ROOM)
    assert person.client.get(f"/receipts/{receipt.uuid}/").status_code == 200
    assert person.client.get(f"/documents/{serial}.pdf").content[:5] != b"%PDF-"
    assert Print.objects.get().state == "progress"
    assert broken() == []
    fails.unlink()
    eventually(drained, within=15 * ROOM)
    assert Print.objects.get().attempts == 1  # the disk's failures are none of the page's
    assert person.client.get(f"/documents/{serial}.pdf").content[:5] == b"%PDF-"
    assert whole(site) == []


def test_texts_and_pages_come_in_seconds(site: Site) -> None:
    site.web()
    workers = [site.worker("texts"), site.worker("prints")]
    site.sweeper()
    person = Visitor(site)
    tokens = [reviewed(person, resident) for resident in ResidentFactory.create_batch(12, domestic=True, sponsor=person.account)]
    for worker in workers:
        site.until_up(worker)
    for token in tokens:
        assert person.confirm(token).status_code == 302
    eventually(drained, within=120)  # two processors, shared with everybody
    texts = [(text.sent_at - text.created_at).total_seconds() for text in Message.objects.filter(template="residency-renewed")]
    pages = [(page.rendered_at - page.printed_at).total_seconds() for page in Print.objects.all()]
    note(f"text p95 {p95(texts):.2f} s, page p95 {p95(pages):.2f} s")
    assert p95(texts) <= 2 * ROOM
    assert p95(pages) <= 5 * ROOM
    assert whole(site) == []


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


# --- Redis ---


def test_without_redis_every_step_works_and_the_sweeper_sends_and_prints(site: Site) -> None:
    stop(site.engines.redis)
    site.web()
    site.sweeper()
    person = Visitor(site)
    began = time.monotonic()
    receipt = person.renewed()
    assert time.monotonic() - began < 5 * ROOM
    eventually(drained, within=10 * ROOM)
    assert Message.objects.filter(template="residency-renewed", arguments__receipt=receipt.number).exclude(sent_at=None).count() == 1
    assert person.client.get(f"/documents/{receipt.documents.get().serial}.pdf").status_code == 200
    assert whole(site) == []


def test_an_emptied_redis_signs_nobody_out_and_forgets_no_try(site: Site) -> None:
    site.web()
    person = Visitor(site)
    token = person.start()
    wrong = [f"{number:06}" for number in range(6) if f"{number:06}" != person.code(token)][:5]
    for code in wrong[:4]:
        assert person.post(token, code=code).status_code == 422
    site.engines.forget()
    assert person.client.get("/services/").status_code == 200
    assert person.post(token, code=wrong[4]).status_code == 302
    token.refresh_from_db()
    assert (token.step(), token.tries) == (Step.CLOSED, 5)
    assert Attempt.objects.filter(kind=Attempt.Kind.CODE).count() == 5
    person.client.post("/services/iqama-renewal/")
    assert person.user.tokens.count() == 1  # the minute between two codes has not passed either
    assert broken() == []


# --- PostgreSQL ---


def test_postgres_restarted_between_two_steps_is_not_noticed(site: Site) -> None:
    stop(site.engines.redis)  # so that the sweeper does what follows, and its own connections are tried, too
    site.web()
    site.sweeper()
    person = Visitor(site)
    token = person.start()
    site.engines.restart(signal.SIGINT)
    connection.close()
    assert person.post(token, code=person.code(token)).status_code == 302
    site.engines.restart(signal.SIGQUIT)
    assert person.post(token, iqama_number=person.resident.iqama_number, months="12").status_code == 302
    connection.close()
    token.refresh_from_db()
    site.engines.restart(signal.SIGINT)
    connection.close()
    assert person.confirm(token).status_code == 302
    receipt = token.receipts.get()
    site.engines.restart(signal.SIGQUIT)
    assert person.confirm(token).url == f"/receipts/{receipt.uuid}/?again=1"
    assert person.client.get(f"/receipts/{receipt.uuid}/").status_code == 200
    connection.close()
    eventually(drained, within=40)
    assert whole(site) == []


def test_while_postgres_is_away_people_are_asked_to_come_back_and_then_served(site: Site) -> None:
    site.web()
    person = Visitor(site)
    assert person.client.get("/services/").status_code == 200
    stop(site.engines.postgres)
    for answer in (
        person.client.get("/services/"),
        person.client.get("/sign-in/"),
        person.client.get("/readyz"),
        person.client.post("/services/iqama-renewal/"),
    ):
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
    with override("ar"):  # whoever it is, the user's language is in the database
        assert gettext(WHERE_TO_LOOK) in person.client.post("/services/iqama-renewal/").content.decode()
    site.engines.start(site.engines.postgres)
    back = time.monotonic()
    eventually(lambda: person.client.get("/services/").status_code == 200, within=10)
    note(f"back after {time.monotonic() - back:.2f} s")
    connection.close()
    assert broken() == []


# --- the gateway of the texts ---


class Gateway:
    """A provider that hangs, fails or loses its answer the first time it hears of a text, in this order, and then is well."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.troubles = ["hang", "fail", "lose"]
        self.troubled: dict[str, str] = {}
        self.released = threading.Event()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                key = self.headers["Idempotency-Key"]
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                trouble = gateway.trouble_of(key, body["text"])
                if trouble == "hang":
                    gateway.released.wait(30)
                if trouble in {"hang", "lose"}:
                    self.close_connection = True
                    return
                self.send_response(500 if trouble else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://key@127.0.0.1:{self.server.server_port}/send"

    def trouble_of(self, key: str, text: str) -> str:
        first = key not in {heard for heard, _ in self.heard}
        self.heard.append((key, text))
        if first and self.troubles:
            self.troubled[key] = self.troubles.pop(0)
            return self.troubled[key]
        return ""

    @contextmanager
    def open(self) -> Iterator[None]:
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            self.released.set()
            self.server.shutdown()
            thread.join()
            self.server.server_close()


def test_a_gateway_that_hangs_fails_and_loses_answers_delays_no_page_and_bills_no_text_twice(site: Site) -> None:
    gateway = Gateway()
    site.web()
    texts = site.worker("texts", SMS_URL=gateway.url)
    site.sweeper(SMS_URL=gateway.url)
    site.until_up(texts)
    person = Visitor(site)
    undisturbed = p95([person.client.get("/services/").seconds for _ in range(30)])
    with gateway.open():
        for resident in ResidentFactory.create_batch(3, domestic=True, sponsor=person.account):
            assert person.confirm(reviewed(person, resident)).status_code == 302
        eventually(lambda: "hang" in gateway.troubled.values())
        during = p95([person.client.get("/services/").seconds for _ in range(30)])
        assert "hang" in gateway.troubled.values()
        eventually(lambda: not Message.objects.filter(sent_at=None).exists(), within=30)
    note(f"web p95 {undisturbed * 1000:.0f} ms, with a hanging gateway {during * 1000:.0f} ms")
    assert during < undisturbed * ROOM + 0.2
    assert sorted(gateway.troubled.values()) == ["fail", "hang", "lose"]
    asked = Counter(key for key, _ in gateway.heard)
    sent = Message.objects.filter(channel=Message.Channel.TEXT)
    assert asked == {str(message.key): 2 if str(message.key) in gateway.troubled else 1 for message in sent}
    assert len(set(gateway.heard)) == len(asked)  # one key, one text
    assert broken() == []


def test_without_redis_a_gateway_that_hangs_keeps_no_page_waiting(site: Site) -> None:
    gateway = Gateway()
    gateway.troubles = ["hang"] * 20
    stop(site.engines.redis)
    site.web()
    person = Visitor(site)
    codes = [OperationToken.begin(UserFactory(), "iqama-renewal", person.account) for _ in range(20)]
    assert person.confirm(reviewed(person)).status_code == 302
    with gateway.open():
        site.sweeper(SMS_URL=gateway.url)
        eventually(lambda: "hang" in gateway.troubled.values(), within=10 * ROOM)
        began = time.monotonic()
        eventually(lambda: Print.objects.exclude(rendered_at=None).exists(), within=10 * ROOM)
        note(f"a page after {time.monotonic() - began:.1f} s, while {len(gateway.heard)} of {len(codes)} texts hung")
        assert not Message.objects.filter(channel=Message.Channel.TEXT).exclude(sent_at=None).exists()
