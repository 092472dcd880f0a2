"""Form fields: what is typed, what is kept, what is said, what is shown again."""

from datetime import date

import pytest
from django import forms
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from muqeem import fields

NUMBER_FIELDS = [fields.IqamaField, fields.BorderField, fields.NationalIdField, fields.PassportField, fields.CodeField, fields.PhoneField]


def form_with(field, data=None, initial=None):
    """A form of one field called `asked`."""
    return type("Asked", (forms.Form,), {"asked": field})(data, initial=initial)


def answer(field, *typed):
    """The field's value and its error for a text, or for the parts of a date."""
    names = ["asked"] if len(typed) == 1 else ["asked_day", "asked_month", "asked_year", "asked_calendar"]
    form = form_with(field, dict(zip(names, typed, strict=True)))
    with override("en"):
        error = " ".join(form.errors.get("asked", []))
    return form.cleaned_data.get("asked"), error


def shown(field, data=None, initial=None):
    """The HTML of the field."""
    return str(form_with(field, data, initial)["asked"])


def day_field(**options):
    return fields.BothCalendarsDateField(label="Date of birth", **options)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        (fields.IqamaField(), "٢١٢٣ ٤٥٦ ٧٨٨\u200f", "2123456788"),
        (fields.BorderField(), "3000000004", "3000000004"),
        (fields.NationalIdField(), "۱۰۰۰۰۰۰۰۰۸", "1000000008"),
        (fields.PassportField(), "ab12", "AB12"),
        (fields.CodeField(), "١٢٣ ٤٥٦", "123456"),
        (fields.PhoneField(), "٠٥٠ ١٢٣ ٤٥٦٧", "+966501234567"),
        (fields.NameField(script="arabic", label="Family name"), "مُحمّد", "محمد"),
        (fields.NameField(script="latin", label="Family name"), "ali", "ALI"),
        (fields.TextField(label="Reason"), " two\r\nlines ", "two lines"),
    ],
)
def test_a_field_gives_what_its_gate_lets_through(field, typed, kept):
    assert answer(field, typed) == (kept, "")


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (fields.IqamaField(), "1", "An iqama number has 10 digits and starts with 2."),
        (fields.IqamaField(), "2123456788\0", "An iqama number has 10 digits and starts with 2."),
        (fields.BorderField(), "1", "A border number has 10 digits and starts with 3, 4 or 5."),
        (fields.NationalIdField(), "2", "A national ID has 10 digits and starts with 1."),
        (fields.PassportField(), "A 1", "A passport number has up to 15 Latin letters and digits, no spaces."),
        (fields.CodeField(), "1", "A security code has 6 digits."),
        (fields.PhoneField(), "0112345678", "This is a landline; use a mobile starting with 05."),
        (fields.NameField(script="latin", label="Family name"), "علي", "Family name: Latin letters, space, hyphen and apostrophe only."),
        (fields.NameField(script="arabic", label="Family name"), "Ali", "Family name: Arabic letters and space only."),
        (fields.NameField(script="arabic", label="Name", max_length=3), "عليي", "At most 3 characters."),
        (fields.TextField(label="Reason", max_length=5), "123456", "At most 5 characters."),
        (fields.TextField(label="Reason"), "a\u200bb", 'Reason has a hidden character after "a"; delete it.'),
    ],
)
def test_a_field_says_what_its_gate_says(field, typed, sentence):
    assert answer(field, typed) == (None, sentence)


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (fields.IqamaField(), "Enter iqama number."),
        (fields.BorderField(), "Enter border number."),
        (fields.NationalIdField(), "Enter national ID number."),
        (fields.PassportField(), "Enter passport number."),
        (fields.CodeField(), "Enter security code."),
        (fields.PhoneField(), "Enter mobile number."),
        (fields.IqamaField(label="ID of the worker"), "Enter ID of the worker."),
        (fields.NameField(script="latin", label="Family name"), "Enter family name."),
        (fields.TextField(label="Reason"), "Enter reason."),
    ],
)
@pytest.mark.parametrize("typed", ["", "  ", "\u200f", "\u00a0\n"])
def test_a_missing_answer_is_asked_for_by_its_label(field, sentence, typed):
    assert answer(field, typed) == (None, sentence)


@pytest.mark.parametrize("field_class", NUMBER_FIELDS)
def test_an_answer_that_may_be_missing_is_empty(field_class):
    assert answer(field_class(required=False), " ") == ("", "")


@pytest.mark.parametrize("field_class", NUMBER_FIELDS)
def test_what_was_typed_is_shown_again_as_it_was_typed(field_class):
    assert 'value="٢١ 2-x"' in shown(field_class(), {"asked": "٢١ 2-x"})


@pytest.mark.parametrize("field_class", NUMBER_FIELDS)
def test_numbers_are_typed_from_left_to_right_and_long_pastes_are_not_cut(field_class):
    widget = field_class().widget.attrs
    assert widget["dir"] == "ltr"
    assert int(widget["maxlength"]) >= 32


def test_a_number_brings_the_keyboard_of_numbers():
    html = shown(fields.IqamaField())
    assert 'class="in in--id"' in html
    assert 'inputmode="numeric"' in html
    assert 'autocomplete="off"' in html


def test_a_code_is_offered_by_the_phone_that_received_it():
    html = shown(fields.CodeField())
    assert 'class="code"' in html
    assert 'inputmode="numeric"' in html
    assert 'autocomplete="one-time-code"' in html


def test_a_widget_of_ones_own_keeps_its_class():
    html = shown(fields.TextField(label="Reason", widget=forms.Textarea({"class": "in wide"})))
    assert "<textarea" in html
    assert 'class="in wide"' in html
    assert 'dir="auto"' in html


def test_a_kept_mobile_number_is_shown_in_groups():
    assert 'value="050 123 4567"' in shown(fields.PhoneField(), initial={"asked": "+966501234567"})


def test_the_same_number_in_other_digits_is_no_change():
    form = form_with(fields.PhoneField(), {"asked": "٠٥٠١٢٣٤٥٦٧"}, {"asked": "+966501234567"})
    assert not form.has_changed()


@pytest.mark.parametrize(
    "typed",
    [
        ("15", "3", "2026", "gregorian"),
        ("15", "03", "2026", ""),
        (" ١٥", "۳", "٢٠٢٦\u200f", "gregorian"),
        ("26", "9", "1447", "hijri"),
        ("٢٦", "٩", "١٤٤٧", "hijri"),
    ],
)
def test_a_day_is_read_in_either_calendar_and_any_digits(typed):
    assert answer(day_field(), *typed) == (date(2026, 3, 15), "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("", "", "", "gregorian"), "Enter date of birth."),
        (("", " ", "\u200f", "hijri"), "Enter date of birth."),
        (("", "3", "2026", "gregorian"), "The date is incomplete; add the day."),
        (("15", "", "2026", "gregorian"), "The date is incomplete; add the month."),
        (("15", "3", "", "gregorian"), "The date is incomplete; add the year."),
        (("", "", "2026", "gregorian"), "The date is incomplete; add the day and month."),
        (("", "3", "", "gregorian"), "The date is incomplete; add the day and year."),
        (("15", "", "", "gregorian"), "The date is incomplete; add the month and year."),
        (("15", "March", "2026", "gregorian"), "Day, month and year are numbers, like 15, 3 and 2026."),
        (("15", "3", "-2026", "gregorian"), "Day, month and year are numbers, like 15, 3 and 2026."),
        (("15", "3", "20260", "gregorian"), "Day, month and year are numbers, like 15, 3 and 2026."),
        (("1²", "3", "2026", "gregorian"), "Day, month and year are numbers, like 15, 3 and 2026."),
        (("15", "3", "1447", "gregorian"), "1447 is a Hijri year but Gregorian is chosen."),
        (("15", "3", "2026", "hijri"), "2026 is a Gregorian year but Hijri is chosen."),
        (("31", "4", "2026", "gregorian"), "There is no such day: April 2026 has 30 days."),
        (("30", "2", "2028", "gregorian"), "There is no such day: February 2028 has 29 days."),
        (("30", "9", "1448", "hijri"), "There is no such day in the Umm al-Qura calendar: Ramadan 1448 AH has 29 days."),
        (("1", "13", "2026", "gregorian"), "There is no such month: a year has 12 months."),
        (("31", "7", "1924", "gregorian"), "The date must be from 1 August 1924 to 16 November 2077."),
        (("17", "11", "2077", "gregorian"), "The date must be from 1 August 1924 to 16 November 2077."),
        (("15", "3", "26", "gregorian"), "The date must be from 1 August 1924 to 16 November 2077."),
        (("1", "1", "1501", "hijri"), "The date must be from 1 Muharram 1343 AH to 30 Dhu al-Hijjah 1500 AH."),
        (("15", "3", "2026", "julian"), "Choose the Gregorian or the Hijri calendar."),
    ],
)
def test_each_refusal_of_a_day_has_its_sentence(typed, sentence):
    assert answer(day_field(), *typed) == (None, sentence)


def test_a_day_that_may_be_missing_is_none():
    assert answer(day_field(required=False), "", "", "", "hijri") == (None, "")


def test_parts_that_were_not_sent_at_all_are_missing():
    form = form_with(day_field(), {"asked_day": "15"})
    with override("en"):
        assert form.errors["asked"] == ["The date is incomplete; add the month and year."]


def test_the_ends_of_the_range_are_accepted_and_said_in_the_chosen_calendar():
    field = day_field(earliest=date(2026, 3, 15), latest=lambda: date(2026, 3, 20))
    assert answer(field, "15", "3", "2026", "gregorian") == (date(2026, 3, 15), "")
    assert answer(field, "20", "3", "2026", "gregorian") == (date(2026, 3, 20), "")
    assert answer(field, "14", "3", "2026", "gregorian")[1] == "The date must be from 15 March 2026 to 20 March 2026."
    assert answer(field, "2", "10", "1447", "hijri")[1] == ("The date must be from 26 Ramadan 1447 AH to 1 Shawwal 1447 AH.")


def test_a_day_is_asked_for_in_three_plain_inputs_and_a_calendar():
    with override("en"):
        html = shown(day_field())
    assert html.count('inputmode="numeric"') == 3
    assert html.count('class="in in--day"') == 2
    assert html.count('class="in in--year"') == 1
    assert [f'aria-label="{part}"' in html for part in ("Day", "Month", "Year", "Calendar")] == [True] * 4
    assert '<option value="gregorian" selected>' in html
    assert 'type="date"' not in html


def test_a_line_of_the_error_summary_leads_to_the_first_input():
    form = form_with(day_field())
    assert f'id="{form["asked"].id_for_label}"' in str(form["asked"])


def test_a_wrong_day_is_shown_again_as_it_was_typed():
    html = shown(day_field(), {"asked_day": "٣٠", "asked_month": "x", "asked_year": "1448", "asked_calendar": "hijri"})
    assert 'value="٣٠"' in html
    assert 'value="x"' in html
    assert '<option value="hijri" selected>' in html


def test_a_kept_day_is_shown_in_its_gregorian_parts():
    html = shown(day_field(), initial={"asked": date(2026, 3, 15)})
    assert [f'value="{part}"' in html for part in (15, 3, 2026)] == [True] * 3


def test_the_same_day_in_the_other_calendar_is_no_change():
    data = {"asked_day": "٢٦", "asked_month": "9", "asked_year": "1447", "asked_calendar": "hijri"}
    initial = {"asked": date(2026, 3, 15)}
    assert not form_with(day_field(), data, initial).has_changed()
    assert form_with(day_field(), data | {"asked_day": "25"}, initial).has_changed()
    assert form_with(day_field(), data | {"asked_day": "x"}, initial).has_changed()


def test_a_day_that_may_not_be_changed_keeps_its_value():
    form = form_with(day_field(disabled=True), {"asked_day": "1"}, {"asked": date(2026, 3, 15)})
    assert form.is_valid()
    assert form.cleaned_data["asked"] == date(2026, 3, 15)
    assert not form.has_changed()


@given(st.lists(st.text() | st.from_regex(r"\A[0-9٠-٩]{1,5}\Z"), min_size=3, max_size=3), st.text() | st.just("hijri"))
def test_any_parts_are_a_day_or_refused_in_words(parts, calendar):
    value, error = answer(day_field(), *parts, calendar)
    assert bool(error) != isinstance(value, date)


@pytest.mark.parametrize("field_class", NUMBER_FIELDS)
def test_any_text_is_kept_or_refused_in_words(field_class):
    @given(st.text())
    def judged(text):
        value, error = answer(field_class(), text)
        assert bool(value) != bool(error)

    judged()
