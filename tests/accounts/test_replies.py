"""What people read when a code was not accepted or not sent, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from accounts.models.limits import CodeRefused, Paused, TooManySends, TooSoon
from accounts.models.tokens import CodeExpired, CodeSpent, NoPhone, TokenClosed, WrongCode
from accounts.replies import code_error, send_error, sign_in_paused
from muqeem import clock

UNTIL = datetime(2026, 5, 1, 11, 5, tzinfo=UTC)

WHY_NOT_OPENED = [
    (WrongCode(3), "الرمز غير صحيح. المتبقي: 3 محاولات.", "The code is not correct. 3 attempts left."),
    (WrongCode(2), "الرمز غير صحيح. المتبقي: محاولتان.", "The code is not correct. 2 attempts left."),
    (WrongCode(1), "الرمز غير صحيح. المتبقي: محاولة واحدة.", "The code is not correct. 1 attempt left."),
    (WrongCode(0), "تجاوزت المحاولات الحد، فأُغلقت هذه العملية.", "Too many tries: this operation is closed."),
    (TokenClosed(), "تجاوزت المحاولات الحد، فأُغلقت هذه العملية.", "Too many tries: this operation is closed."),
    (CodeExpired(), "انتهت مهلة الرمز ولم يتغير شيء.", "The code has expired; nothing changed."),
    (CodeSpent(), "", "This code has been used. Wait for the next one."),
    (Paused(UNTIL), "14:05", "Codes are paused until 1 May 2026, 14:05 (Riyadh)"),
]
WHY_NOT_SENT = [
    (TooManySends(UNTIL), "14:05", "Too many codes were sent. You can ask again at 1 May 2026, 14:05 (Riyadh)."),
    (Paused(UNTIL), "14:05", "Codes are paused until 1 May 2026, 14:05 (Riyadh)"),
    (TokenClosed(), "", "This operation takes no more codes."),
    (NoPhone(), "", "There is no mobile number on record."),
]


@pytest.mark.parametrize(("error", "arabic", "english"), WHY_NOT_OPENED)
def test_why_a_code_opened_nothing(error, arabic, english) -> None:
    with override("en"):
        assert english in code_error(error)
    with override("ar"):
        assert arabic in code_error(error)
        assert not any("a" <= letter <= "z" for letter in code_error(error))


@pytest.mark.parametrize(("error", "arabic", "english"), WHY_NOT_SENT)
def test_why_no_code_was_sent(error, arabic, english) -> None:
    with override("en"):
        assert english in send_error(error)
    with override("ar"):
        assert arabic in send_error(error)
        assert not any("a" <= letter <= "z" for letter in send_error(error))


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "english"), [(42, "42 seconds"), (0.2, "1 second"), (-5, "1 second")])
def test_how_long_to_wait_is_said_in_whole_seconds_and_never_none(seconds, english) -> None:
    with override("en"), clock.hold() as now:
        assert send_error(TooSoon(now + timedelta(seconds=seconds))) == f"You can ask for a new code in {english}."


def test_when_a_name_is_not_paused_any_more() -> None:
    with override("en"):
        assert sign_in_paused(Paused(UNTIL)) == "Sign-in is paused. Try again at 1 May 2026, 14:05 (Riyadh)."


@pytest.mark.parametrize("say", [code_error, send_error])
def test_what_is_no_such_reason_is_not_swallowed(say) -> None:
    class Unheard(CodeRefused):
        pass

    with pytest.raises(Unheard):
        say(Unheard())
