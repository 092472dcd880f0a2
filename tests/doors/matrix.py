"""Every address × everybody × whose. A new address is one line in DOORS; without it the tests fail.

A door says how the parts of its address, query and form are made. A part made from a person is made three times: from
the caller (own), from a stranger (other), and of the same shape for nobody (none). What must come out follows from the
access that the view declares: who may not is told what everybody is told who may not, and what is somebody else's is
answered word for word like what does not exist.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import Access
from accounts.middleware import access_of
from muqeem import codes
from muqeem.numbers import luhn_complete
from muqeem.serials import LENGTH, new_serial
from tests.doors.headers import open_doors
from tests.doors.people import ANONYMOUS, CLERK, MAIN_USERS, MEMBERS, RESIDENT, STAFF, Caller, Somebody
from tests.operations.journeys import RENEWAL

Part = str | Callable[[Somebody], object]
OWN, OTHER, NONE = "own", "other", "none"
SHOWN, HIDDEN, FORBIDDEN, SIGN_IN = "shown", "hidden", "forbidden", "sign-in"
OPEN = {200, 301, 302, 303, 401, 405, 409, 410, 422, 429}  # the page, the way on, no signature, the wrong method, what a form says


@dataclass(frozen=True)
class Door:
    """How an address is asked for, and for whom its rows are."""

    path: Mapping[str, Part] = field(default_factory=dict)
    query: Mapping[str, Part] = field(default_factory=dict)
    data: Mapping[str, Part] = field(default_factory=dict)
    roles: frozenset[str] = frozenset(MEMBERS)  # who has rows of this kind, where the rows are somebody's
    whoever: bool = False  # the row is shown to whoever may ask at all and can name it
    methods: tuple[str, ...] = ("GET", "POST")

    @property
    def is_somebodys(self) -> bool:
        return any(callable(part) for part in (*self.path.values(), *self.query.values(), *self.data.values()))


def resident(person: Somebody) -> UUID:
    return person.resident.uuid


def receipt(person: Somebody) -> UUID:
    return person.receipt.uuid


def serial(person: Somebody) -> str:
    return person.page.serial


def paper_code(person: Somebody) -> str:
    return person.page.code


def journey(person: Somebody) -> UUID:
    return person.journey.uuid


def preparation(person: Somebody) -> UUID:
    return person.preparation.uuid


def account(person: Somebody) -> UUID:
    return person.account.uuid


def bill(person: Somebody) -> str:
    return person.bill.number


def iqama_number(person: Somebody) -> str:
    return str(person.resident.iqama_number)


def user(person: Somebody) -> UUID:
    return person.user.uuid


def invitation(person: Somebody) -> UUID:
    return person.invitation.uuid


def invitation_key(person: Somebody) -> str:
    return codes.link_key("join", str(person.invitation.uuid))


def handover(person: Somebody) -> UUID:
    return person.handover.uuid


def password_reset(person: Somebody) -> UUID:
    return person.reset.uuid


def password_reset_key(person: Somebody) -> str:
    return codes.link_key("reset-password", str(person.reset.uuid))


def stop_key(person: Somebody) -> str:
    return codes.link_key("stop-user", str(person.reset.uuid))


def share_code(person: Somebody) -> UUID:
    return person.share.uuid


def phone_change(person: Somebody) -> UUID:
    return person.phone_change.uuid


def request(person: Somebody) -> str:
    return person.request.reference


DOORS: dict[str, Door] = {
    "home": Door(),
    "sign-in": Door(),
    "sign-in-code": Door(),
    "lost-phone": Door(),
    "sign-out": Door(),
    "language": Door(data={"language": "en"}),
    "stay": Door(),
    "switch-account": Door(data={"account": account}),
    "unsent": Door(),
    "security": Door(),
    "withdraw-phone": Door(path={"uuid": phone_change}, roles=frozenset({*MEMBERS, CLERK, STAFF})),
    "password": Door(),
    "enrol": Door(),
    "backup-codes": Door(),
    "browsers": Door(),
    "notices": Door(),
    "notice-preferences": Door(),
    "money": Door(),
    "statement": Door(),
    "deposit": Door(data={"amount": "100.00"}),
    "bill": Door(path={"number": bill}, roles=frozenset(MAIN_USERS)),
    "subscription": Door(),
    "subscribe": Door(data={"package": "none"}),
    "people": Door(),
    "four-eyes": Door(data={"two": "1"}),
    "invite": Door(data={"name": "x"}),
    "withdraw-invitation": Door(path={"uuid": invitation}, roles=frozenset(MAIN_USERS)),
    "member": Door(path={"uuid": user}, roles=frozenset(MAIN_USERS)),
    "change-member": Door(path={"uuid": user}, roles=frozenset(MAIN_USERS)),
    # Nobody hands over to himself: these rows are nobody's of these.
    "hand-over": Door(path={"uuid": user}, roles=frozenset()),
    "take-over": Door(path={"uuid": handover}, roles=frozenset()),
    "withdraw-handover": Door(path={"uuid": handover}, roles=frozenset(MAIN_USERS)),
    "join": Door(path={"uuid": invitation, "key": invitation_key}, whoever=True),
    "forgotten": Door(data={"username": "nobody"}),
    "password-link-sent": Door(),
    "reset-password": Door(path={"uuid": password_reset, "key": password_reset_key}, whoever=True),
    "stop-user": Door(path={"uuid": password_reset, "key": stop_key}, whoever=True),
    "request-subscription": Door(),
    "request-by-text": Door(),
    "follow-request": Door(data={"reference": "000000000000"}),
    "request": Door(path={"reference": request}, whoever=True),
    "captcha-image": Door(path={"key": "none"}),
    "own-data": Door(),
    "own-data-file": Door(),
    "shares": Door(),
    "withdraw-share": Door(path={"uuid": share_code}, roles=frozenset({RESIDENT})),
    "shared": Door(),
    "correct": Door(),
    "register": Door(),
    "registration": Door(),
    "payment-notice": Door(),
    "demo-phone": Door(),
    "demo-components": Door(),
    "services": Door(),
    "service": Door(path={"slug": RENEWAL}, query={"resident": resident}),
    "simulate": Door(path={"slug": RENEWAL}, query={"resident": resident}),
    "my-operations": Door(),
    "operation": Door(path={"uuid": journey}),
    "prepared": Door(path={"uuid": preparation}),
    "receipt": Door(path={"uuid": receipt}),
    "receipt-pdf": Door(path={"uuid": receipt}),
    "receipt-copies": Door(path={"uuid": receipt}),
    "document": Door(path={"serial": serial}),
    "document-pdf": Door(path={"serial": serial}),
    "document-copies": Door(path={"serial": serial}),
    "check": Door(data={"serial": serial, "code": paper_code}, whoever=True, methods=("POST",)),
    "check-keys": Door(),
    "fees": Door(),
    "residents": Door(),
    "resident": Door(path={"uuid": resident}),
    # Only who is reached and works for somebody else has an employer to ask.
    "ask-employer": Door(path={"slug": RENEWAL}, data={"iqama_number": iqama_number}, roles=frozenset({"resident"})),
    # A clerk is shown whatever page is brought to the desk, but of copies only those that he printed.
    "desk": Door(),
    "desk-document": Door(path={"serial": serial}, whoever=True),
    "desk-pdf": Door(path={"serial": serial}, roles=frozenset({CLERK})),
    "desk-copy": Door(path={"serial": serial}, roles=frozenset({CLERK})),
    "desk-copies": Door(path={"serial": serial}, whoever=True),
    "desk-card": Door(path={"serial": serial}, whoever=True),
    "desk-undo": Door(path={"serial": serial}, whoever=True),
    "desk-resident": Door(path={"uuid": resident}, whoever=True),
    "desk-shift": Door(),
    "desk-queue": Door(),
    "desk-phones": Door(),
    "desk-phone": Door(path={"uuid": phone_change}, roles=frozenset({CLERK})),
    "healthz": Door(),
    "readyz": Door(),
    "favicon": Door(),
}

PUBLIC = {"check-keys"}  # the same for everybody, so it may be stored
SHOWS_EVERYBODY = {"demo-phone", "desk", "desk-queue"}  # to whoever may see it at all
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


# --- the tree ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Address:
    """One pattern of the URL tree."""

    name: str
    route: str
    view: Any

    def filled(self, parts: Mapping[str, str]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: parts[part[1]], self.route)


def tree(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Address]:
    """Every address of ours; the staff's site, which Django makes, is walked by `of_staff`."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(entry, URLResolver):
            yield from tree(entry, route)
        else:
            yield Address(str(entry.name), route, entry.callback)


def of_staff() -> Iterator[str]:
    """Every address of the staff's site, with a row's number in the place of its parts."""
    for entry in get_resolver().url_patterns:
        if str(entry.pattern) == "admin/":
            assert isinstance(entry, URLResolver)
            yield from _below(entry, "/admin/")


def _below(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _below(entry, prefix + route)
        elif isinstance(entry, URLPattern):
            filled = re.sub(r"<[^>]+>", "1", route)
            filled = re.sub(r"\(\?P<url>\.\*\)\$$", "anything/", filled)
            yield prefix + re.sub(r"^\^\(\?P<app_label>(\w+).*", r"\1/", filled)


# --- one cell ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """A request of the matrix, and the words in it that its answer may repeat."""

    address: str
    data: dict[str, str]
    words: tuple[str, ...]


def asked(address: Address, door: Door, person: Somebody, *, nobody: bool = False) -> Asked:
    """The request for the rows of a person, or for rows of the same shape that are nobody's."""
    words: list[str] = []

    def made(parts: Mapping[str, Part]) -> dict[str, str]:
        found = {}
        for name, part in parts.items():
            if callable(part):
                value = nowhere(part(person)) if nobody else str(part(person))
                words.append(value)
            else:
                value = part
            found[name] = value
        return found

    query = urlencode(made(door.query))
    return Asked(address.filled(made(door.path)) + (f"?{query}" if query else ""), made(door.data), tuple(words))


def nowhere(value: object) -> str:
    """Something of the same shape that does not exist."""
    if isinstance(value, UUID):
        return str(uuid4())
    text = str(value)
    if re.fullmatch(r"2[0-9]{9}", text):
        return luhn_complete("288888888")
    if re.fullmatch(r"[0-9]+", text):
        return "9" * len(text)
    return (new_serial() + new_serial())[: len(text)] if len(text) != LENGTH else new_serial()


def answer(caller: Caller, method: str, request: Asked) -> Any:
    """What the portal says, and then everything is as it was."""
    with transaction.atomic():
        try:
            return caller.ask(method, request.address, request.data if method == "POST" else None)
        finally:
            transaction.set_rollback(True)


def expected(role: str, access: Access | None, door: Door, whose: str) -> str:
    """What must come out, from what the view and the door declare."""
    if access != Access.ANYONE and role == ANONYMOUS:
        return SIGN_IN
    match access:
        case Access.MEMBER if role not in MEMBERS:
            return FORBIDDEN
        case Access.MAIN if role not in MAIN_USERS:
            return FORBIDDEN
        case Access.CLERK if role != CLERK:
            return HIDDEN
        case Access.STAFF if role != STAFF:
            return HIDDEN
    if not door.is_somebodys or (door.whoever and whose != NONE):
        return SHOWN
    return SHOWN if whose == OWN and role in door.roles else HIDDEN


def what(answer: Any) -> str:
    """What came out."""
    if answer.status_code == 302 and answer.url.startswith("/sign-in/?next="):
        return SIGN_IN
    return {403: FORBIDDEN, 404: HIDDEN}.get(answer.status_code, SHOWN if answer.status_code in OPEN else str(answer.status_code))


def told(answer: Any, request: Asked) -> tuple[object, ...]:
    """All that an answer tells, without the words that the visitor brought and the proof of origin that is always new."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"Set-Cookie", "Content-Length"}}
    text = CSRF.sub("", f"{headers}\n{str(answer.body, 'utf-8', 'replace')}")
    for word in request.words:
        text = text.replace(word, "…")
    return answer.status_code, text


# --- the matrix -------------------------------------------------------------------------------------------------------
def faults(caller: Caller, other: Somebody, names: Collection[str] | None = None) -> Iterator[str]:
    """Every cell of one role that is not as it must be."""
    for address in tree():
        if names is None or address.name in names:
            for method in DOORS[address.name].methods:
                yield from _of_address(caller, other, address, method)


def _of_address(caller: Caller, other: Somebody, address: Address, method: str) -> Iterator[str]:
    door, access = DOORS[address.name], access_of(address.view)
    requests = {
        NONE: asked(address, door, other, nobody=True),
        OWN: asked(address, door, caller.person),
        OTHER: asked(address, door, other),
    }
    answers = {whose: answer(caller, method, request) for whose, request in requests.items()}
    of_nobody = told(answers[NONE], requests[NONE])
    for whose, each in answers.items():
        cell = f"{method} {address.name}, {whose}, as {caller.role}"
        wanted, found = expected(caller.role, access, door, whose), what(each)
        wrong_method = each.status_code == 405
        if found != wanted and not wrong_method:
            yield f"{cell}: {found} ({each.status_code}) instead of {wanted}"
        yield from (f"{cell}: {lack}" for lack in open_doors(each, everybodys=address.name in PUBLIC and caller.role == ANONYMOUS))
        if wanted == HIDDEN and told(each, requests[whose]) != of_nobody:
            yield f"{cell}: not the answer that what does not exist gets"
        if wanted != SHOWN or not (door.whoever or address.name in SHOWS_EVERYBODY):
            text = told(each, requests[whose])[1]
            yield from (f"{cell}: holds {mark}" for mark in other.marks() if mark in str(text))
