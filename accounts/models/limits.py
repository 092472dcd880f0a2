"""How often codes may be tried and sent. Every rule here is counted in PostgreSQL, under a lock on the name."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models.attempts import DAY, Attempt, tell_refused, times
from muqeem import clock

TRIES_A_TOKEN = 5
PAUSE_AFTER, PAUSE = 10, timedelta(minutes=15)
CLOSE_AFTER = 15
GENEROUS_TRIES = 2  # of an authenticator's code, which may be a step early or late; later ones must be exact

# Of codes that were not followed by the right one:
SENDS_APART = timedelta(seconds=60)
SENDS_AN_HOUR, SENDS_A_DAY = 5, 10
SENDS_A_DAY_IN_ALL = 300

REQUESTS_OF_ONE_ADDRESS, REQUESTS_ABOUT_ONE = 20, 5  # a day: an office shares an address, nobody an e-mail

PASSWORDS, PASSWORD_PAUSE = 10, timedelta(minutes=15)

# Of everybody together, because who has many names guesses little under each: docs/decisions/limits-of-all.md
MINUTE = timedelta(minutes=1)
USUALLY_WRONG = 0.0185  # of all codes, as login.gov measured
ALARM = 3  # times as many wrong codes are guesses
ALARMED_PAUSE_AFTER, ALARMED_CLOSE_AFTER = 3, 5


class CodeRefused(Exception):
    """A code was not accepted or not sent; `accounts.replies` says why."""


class Paused(CodeRefused):
    """Nothing more may be tried under this name before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until}")
        self.until = until

    @property
    def seconds(self) -> int:
        """How long to wait, at least one second."""
        return max(1, round((self.until - clock.now()).total_seconds()))


class TooSoon(Paused):
    """The last code was sent less than a minute before."""


class TooManySends(Paused):
    """So many codes were sent that the next must wait."""


class TooManyForAll(Paused):
    """So many codes were sent to everybody together that the next must wait."""


def count_code(name: str) -> Attempt:
    """Count a try of a code before it is looked at. Raises Paused. Opens a transaction."""
    with transaction.atomic():
        Attempt.lock(name)
        refuse_while_paused(name)
        return Attempt.objects.create(name=name, kind=Attempt.Kind.CODE)


def refuse_while_paused(name: str) -> None:
    """Raise Paused while no code may be tried under this name."""
    closed = codes_closed_until(times(Attempt.within(name, Attempt.Kind.CODE, DAY)))
    if closed is not None and closed > clock.now():
        raise _told(Paused(closed), name)


def is_generous(name: str) -> bool:
    """Whether the try just counted is among the day's first wrong ones, which need not be exact to the half minute.

    An app's code is compared with the one before and the one after it too, which triples the chance of a guess.
    """
    return Attempt.within(name, Attempt.Kind.CODE, DAY).count() <= GENEROUS_TRIES


def codes_closed_until(wrong: Sequence[datetime]) -> datetime | None:
    """Ten wrong codes pause for a quarter of an hour, fifteen close until a day after the first; fewer while somebody guesses."""
    alarmed = len(wrong) >= ALARMED_PAUSE_AFTER and somebody_guesses()
    pause_after, close_after = (ALARMED_PAUSE_AFTER, ALARMED_CLOSE_AFTER) if alarmed else (PAUSE_AFTER, CLOSE_AFTER)
    if len(wrong) >= close_after:
        return wrong[0] + DAY
    if len(wrong) >= pause_after:
        return wrong[pause_after - 1] + PAUSE
    return None


def somebody_guesses() -> bool:
    """Whether more wrong codes were tried in the last minute than people mistype."""
    mistyped = round(ALARM * USUALLY_WRONG * settings.CODES_A_MINUTE)
    return Attempt.of_all(Attempt.Kind.CODE, MINUTE)[mistyped:].exists()


def count_password(name: str) -> Attempt:
    """Count a try of a password before it is looked at. Raises Paused. Opens a transaction."""
    with transaction.atomic():
        Attempt.lock(name)
        wrong = times(Attempt.within(name, Attempt.Kind.PASSWORD, PASSWORD_PAUSE))
        if len(wrong) >= PASSWORDS:
            raise _told(Paused(wrong[-PASSWORDS] + PASSWORD_PAUSE), name)
        return Attempt.objects.create(name=name, kind=Attempt.Kind.PASSWORD)


def count_request(visitor: str, about: str) -> None:
    """Count what a stranger asks for, by address and by what it is about. Raises Paused. Opens a transaction."""
    most = {visitor: REQUESTS_OF_ONE_ADDRESS, about: REQUESTS_ABOUT_ONE}
    with transaction.atomic():
        for name in sorted(most):  # in one order, so that no two wait for each other
            Attempt.lock(name)
            asked = times(Attempt.within(name, Attempt.Kind.REQUEST, DAY))
            if len(asked) >= most[name]:
                raise _told(Paused(asked[-most[name]] + DAY), name)
        Attempt.objects.bulk_create(Attempt(name=name, kind=Attempt.Kind.REQUEST) for name in most)


def count_send(name: str) -> None:
    """Count a sending. Raises TooSoon, TooManySends or TooManyForAll.

    Requires a transaction, in which the message is written too. Under other names more may be counted at the same moment, so
    that the sum of all is kept to within those.
    """
    Attempt.lock(name)
    sends = list(Attempt.within(name, Attempt.Kind.SEND, DAY))
    now = clock.now()
    unanswered = [send.at for send in sends if not send.answered]
    last_hour = [at for at in unanswered if at > now - timedelta(hours=1)]
    if unanswered and unanswered[-1] + SENDS_APART > now:  # who has just signed in may start an operation at once
        raise _told(TooSoon(unanswered[-1] + SENDS_APART), name)
    if len(sends) >= SENDS_A_DAY_IN_ALL:
        raise _told(TooManySends(sends[-SENDS_A_DAY_IN_ALL].at + DAY), name)
    if len(unanswered) >= SENDS_A_DAY:
        raise _told(TooManySends(unanswered[-SENDS_A_DAY] + DAY), name)
    if len(last_hour) >= SENDS_AN_HOUR:
        raise _told(TooManySends(last_hour[-SENDS_AN_HOUR] + timedelta(hours=1)), name)
    if Attempt.of_all(Attempt.Kind.SEND, MINUTE)[settings.CODES_A_MINUTE - 1 :].exists():
        raise _told(TooManyForAll(now + MINUTE), name)
    Attempt.objects.create(name=name, kind=Attempt.Kind.SEND)


def answered(*names: str) -> None:
    """Record that what was sent under these names was followed by the right code."""
    Attempt.objects.filter(name__in=names, kind=Attempt.Kind.SEND).update(answered=True)


def _told(paused: Paused, name: str) -> Paused:
    """A pause that the log tells of."""
    tell_refused(f"not now: {type(paused).__name__}", name)
    return paused
