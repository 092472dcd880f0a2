"""What services are called, from below."""

from django.utils.translation import override

from muqeem import catalogue


def test_a_service_is_called_by_its_title_in_the_active_language() -> None:
    with override("en"):
        assert catalogue.title(catalogue.SIGN_IN) == "Sign in"
    with override("ar"):
        assert catalogue.title(catalogue.SIGN_IN) == "تسجيل الدخول"


def test_a_service_that_is_no_longer_offered_is_called_by_its_slug() -> None:
    assert catalogue.title("gone") == catalogue.short_title("gone") == "gone"


def test_a_short_title_stands_in_for_a_long_one_in_texts(monkeypatch) -> None:
    monkeypatch.setitem(catalogue.titles, "long", "A service with a very long title")
    assert catalogue.short_title("long") == "A service with a very long title"
    monkeypatch.setitem(catalogue.short_titles, "long", "Short")
    assert catalogue.short_title("long") == "Short"
    assert catalogue.title("long") == "A service with a very long title"
