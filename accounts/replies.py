"""What a person reads when a code was not accepted or not sent."""

from django.utils.translation import gettext as _

from accounts.models.limits import CodeRefused, Paused, TooManyForAll, TooManySends, TooSoon
from accounts.models.tokens import CodeExpired, CodeSpent, NoPhone, TokenClosed, WrongCode
from muqeem import counts
from muqeem.facts import moment_in_text


def sign_in_paused(paused: Paused) -> str:
    """Why no password is looked at now."""
    return _("Sign-in is paused. Try again at %(time)s.") % {"time": moment_in_text(paused.until)}


def requests_paused(paused: Paused) -> str:
    """Why nothing more can be asked for today."""
    return _("Too many requests. You can ask again at %(moment)s.") % {"moment": moment_in_text(paused.until)}


def code_error(error: CodeRefused) -> str:
    """Why a code did not open anything. Anything that is no such reason is raised again."""
    match error:
        case WrongCode(left=0) | TokenClosed():
            return _("Too many tries: this operation is closed. You can start a new one.")
        case WrongCode(left=left):
            return _("The code is not correct. %(attempts)s left.") % {"attempts": counts.attempts(left)}
        case CodeExpired():
            return _("The code has expired; nothing changed. Ask for a new one.")
        case CodeSpent():
            return _("This code has been used. Wait for the next one.")
        case Paused(until=until):
            return _("Codes are paused until %(time)s after repeated wrong tries.") % {"time": moment_in_text(until)}
    raise error


def send_error(error: CodeRefused) -> str:
    """Why no code was sent. Anything that is no such reason is raised again."""
    match error:
        case TooSoon(seconds=seconds):
            return _("You can ask for a new code in %(seconds)s.") % {"seconds": counts.seconds(seconds)}
        case TooManySends(until=until):
            return _("Too many codes were sent. You can ask again at %(moment)s.") % {"moment": moment_in_text(until)}
        case TooManyForAll(until=until):
            return _("The portal is sending as many codes as it can. Ask again at %(time)s; with an authenticator app you need none.") % {
                "time": moment_in_text(until)
            }
        case Paused(until=until):
            return _("Codes are paused until %(time)s after repeated wrong tries.") % {"time": moment_in_text(until)}
        case TokenClosed():
            return _("This operation takes no more codes.")
        case NoPhone():
            return _("There is no mobile number on record. The passport office records one.")
    raise error
