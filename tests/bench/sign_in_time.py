"""The long look at what the time of an answer tells: 2,000 samples for either name, in turns."""

import pytest

from tests.accounts.test_sign_in import median_times
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_two_thousand_answers_to_a_known_and_to_an_unknown_name_take_as_long() -> None:
    UserFactory(username="known-1")
    known, unknown = median_times(("known-1", "nobody1"), 2000)
    print(f"known {known * 1000:.2f} ms, unknown {unknown * 1000:.2f} ms")  # noqa: T201 -- the measurement
    assert abs(known - unknown) < 0.005
