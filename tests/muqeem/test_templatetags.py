"""Every component shows what it is given, in both directions, and nothing unescaped."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from muqeem.fields import BothCalendarsDateField
from muqeem.icons import ICONS, TURNING
from muqeem.operations.base import Operation
from muqeem.templatetags.muqeem import chosen_first, menu
from residency.operations import RenewIqama


class SpyForm(forms.Form):
    serial = forms.CharField(label="Number", help_text="As on the page.")
    months = forms.ChoiceField(label="Period", choices=[("3", "3 months"), ("6", "6 months")], widget=forms.RadioSelect)
    secret = forms.CharField(label="Secret", widget=forms.PasswordInput)
    trusted = forms.BooleanField(label="Trusted", required=False)
    hidden = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        if self.cleaned_data.get("serial") == "loose":
            raise forms.ValidationError("They do not fit together.")


def rendered(source, language="en", **context):
    with override(language):
        return Template("{% load i18n muqeem %}" + source).render(Context(context))


def test_an_arrow_turns_with_the_line_and_a_tick_does_not():
    assert "icon--turn" in rendered('{% icon "next" %}')
    assert "icon--turn" not in rendered('{% icon "check" %}')
    assert set(ICONS) >= TURNING


def test_every_icon_is_hidden_from_readers_of_the_screen():
    for name in ICONS:
        assert 'aria-hidden="true"' in rendered("{% icon name %}", name=name)


def test_a_menu_shows_the_sign_that_a_service_declares_and_a_page_where_it_declares_none():
    menu_of = "{% include 'components/service_list.html' %}"
    for service, sign in ((RenewIqama, "renew"), (Operation, "page")):
        offered = {"slug": "iqama-renewal", "icon": service.icon, "title": "T", "summary": "S", "reason": "", "allowed": True}
        assert ICONS[sign] in rendered(menu_of, services=[offered])


def test_an_unknown_icon_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        rendered('{% icon "dragon" %}')


@pytest.mark.parametrize("day", [date(2026, 3, 15), "2026-03-15", datetime(2026, 3, 14, 22, 0, tzinfo=UTC)])
def test_a_day_is_shown_in_both_calendars_whatever_it_is_kept_as(day):
    assert "15 March 2026" in rendered("{% both_dates day %}", day=day)
    assert "1447/09/26" in rendered("{% both_dates day stacked=True %}", day=day)


def test_no_day_is_shown_as_nothing():
    assert rendered("{% both_dates day %}", day=None) == ""


def test_amounts_have_two_decimals_and_commas():
    assert rendered("{{ sum|amount }}", sum=Decimal(1300)) == '<bdi dir="ltr">1,300.00</bdi>'
    assert rendered("{{ sum|sar }}", "ar", sum="650") == '<bdi dir="ltr">650.00</bdi>\N{NO-BREAK SPACE}ريال'


def test_the_time_of_day_is_that_of_riyadh():
    assert rendered("{{ at|clock }}", at=datetime(2026, 3, 14, 22, 0, tzinfo=UTC)) == '<bdi dir="ltr">01:00</bdi>'


def test_a_moment_says_its_day_too():
    at = datetime(2026, 3, 14, 22, 0, tzinfo=UTC)

    assert rendered("{{ at|moment }}", at=at) == "15 March 2026, 01:00 (Riyadh)"


def test_a_name_is_shown_in_both_scripts():
    html = rendered("{% both_names names %}", "ar", names={"ar": "محمد", "en": "MOHAMMED"})

    assert html.index("محمد") < html.index("MOHAMMED")


def test_a_name_of_one_language_is_shown_as_it_is():
    assert rendered("{{ name|named }}", name="noura") == "noura"


def test_the_check_knows_the_title_of_every_kind_of_page():
    html = rendered("{% seal_check %}")

    assert '<li data-kind="iqama-renewal">Renew residency</li>' in html
    assert "sign-in" not in html


def test_a_long_code_is_read_in_groups():
    assert "9C21-D480-55E7" in rendered("{{ code|grouped }}", code="9c21d48055e7")


def test_a_few_things_are_listed_with_the_comma_of_the_language():
    assert rendered("{{ things|listed }}", "ar", things=["أ", "ب"]) == "أ، ب"
    assert rendered("{{ things|listed }}", "en", things=["a", "b"]) == "a, b"


def test_a_notice_escapes_what_it_is_told():
    html = rendered('{% notice "warn" role="status" %}{{ words }}{% endnotice %}', words="<b>")

    assert '<div class="notice notice--warn" role="status">' in html
    assert "&lt;b&gt;" in html


def test_the_fact_that_changes_is_marked():
    html = rendered("{% facts_table facts %}", facts={"name": {"ar": "م", "en": "M"}, "new_expires_on": "2027-12-21"})

    assert html.count('class="new"') == 1
    assert 'lang="ar"' in html


def test_a_fee_shows_every_line_also_of_nothing():
    fee = [{"code": "residency", "amount": "650.00", "note": None}, {"code": "late", "amount": "0.00", "note": ["gone-sentence", {}]}]
    html = rendered("{% fees_table fee after %}", fee=fee, after=Decimal("162.50"))

    assert "Late renewal fine" in html
    assert html.count("650.00") == 2
    assert "gone-sentence" in html
    assert "162.50" in html


def test_a_fee_that_the_wallet_cannot_pay_says_what_is_missing():
    html = rendered("{% fees_table fee after %}", fee=[], after=Decimal("-9.00"))

    assert "Missing in the wallet" in html
    assert ">9.00<" in html


def test_a_requirement_that_is_not_met_says_how_to_mend_it():
    findings = [SimpleNamespace(met=True, fact="Fine", mend=None), SimpleNamespace(met=False, fact="Broken", mend="Mend it")]
    html = rendered("{% ticks findings %}", findings=findings)

    assert html.count('class="no"') == 1
    assert "Mend it" in html


def test_the_steps_behind_are_done_and_one_is_current():
    html = rendered('{% steps "review" %}')

    assert html.count('class="done"') == 2
    assert html.count('aria-current="step"') == 1
    assert "Step 3 of 4" in html


@pytest.mark.parametrize(
    ("n", "tone", "words"),
    [
        (-2, "days--bad", "expired 2 days ago"),
        (0, "days--bad", "Today is the last day"),
        (7, "days--bad", "7 days left"),
        (8, "days--warn", "8 days left"),
        (60, "days--warn", "60 days left"),
        (61, 'class="days"', "61 days left"),
        (1095, 'class="days"', "1,095 days left"),
    ],
)
def test_days_left_are_said_as_well_as_drawn(n, tone, words):
    html = rendered("{% days_left n %}", n=n)

    assert tone in html
    assert words in html


def test_a_summary_does_not_say_a_label_twice():
    class Careful(forms.Form):
        number = forms.CharField(label="Iqama number", error_messages={"required": "Enter iqama number."})
        code = forms.CharField(label="Code", error_messages={"required": "It is missing."})

    html = rendered("{% summary form %}", form=Careful({}))
    assert "Iqama number: Enter" not in html
    assert "Code: It is missing." in html


def test_the_bar_never_leaves_its_box():
    assert 'width="100%"' in rendered("{% days_left 5000 %}")
    assert 'width="2%"' in rendered("{% days_left 0 %}")


def test_a_fact_that_is_not_recorded_has_no_row():
    assert "<tr>" in rendered('{% fact "Place" "Riyadh" %}')
    assert "<tr>" not in rendered('{% fact "Place" "" %}')


def test_the_summary_names_every_error_and_leads_to_its_field():
    html = rendered("{% summary form %}", form=SpyForm({"serial": "", "months": "5", "secret": "x"}))

    assert 'role="alert"' in html
    assert 'href="#id_serial"' in html
    assert 'href="#id_months_0"' in html
    assert "id_hidden" not in html


def test_the_summary_also_says_what_belongs_to_no_field():
    form = SpyForm({"serial": "loose", "months": "3", "secret": "x", "hidden": "y"})

    assert "They do not fit together." in rendered("{% summary form %}", form=form)


def test_a_form_without_errors_has_no_summary():
    assert "summary" not in rendered("{% summary form %}", form=SpyForm())


def test_a_field_has_label_hint_error_and_control_in_this_order():
    html = str(SpyForm({"serial": ""})["serial"].as_field_group())
    places = [html.index(part) for part in ('<label for="id_serial"', 'id="id_serial_helptext"', 'id="id_serial_error"', "<input")]

    assert places == sorted(places)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_serial_helptext id_serial_error"' in html


def test_every_kind_of_field_is_dressed():
    html = str(SpyForm())

    assert html.count('class="tile"') == 2
    assert "<legend>Period</legend>" in html
    assert '<input type="password" name="secret" class="in" dir="ltr"' in html
    assert '<div class="choice">' in html
    assert html.count('type="hidden"') == 1


def test_a_field_that_says_how_it_looks_is_left_alone():
    class OwnForm(forms.Form):
        code = forms.CharField(widget=forms.TextInput({"class": "code"}))

    assert 'class="code"' in str(OwnForm()["code"].as_field_group())


SOMEBODY = SimpleNamespace(is_authenticated=True, is_clerk=False)
CLERK = SimpleNamespace(is_authenticated=True, is_clerk=True)
VISITOR = SimpleNamespace(is_authenticated=False)


@pytest.mark.parametrize(
    ("user", "account", "tabs"),
    [
        (VISITOR, None, ["home", "fees", "check"]),
        (SOMEBODY, None, ["home"]),
        (SOMEBODY, SimpleNamespace(is_establishment=False), ["home", "services", "my-operations"]),
        (SOMEBODY, SimpleNamespace(is_establishment=True), ["home", "residents", "services", "my-operations"]),
        (CLERK, None, ["desk", "desk-shift", "desk-queue"]),
    ],
)
def test_the_menu_is_that_of_whoever_comes(user, account, tabs):
    request = RequestFactory().get("/")
    request.user, request.account, request.resolver_match = user, account, SimpleNamespace(url_name="services")
    shown = menu({"request": request})["tabs"]

    assert [tab["url"] for tab in shown] == tabs
    assert [tab["url"] for tab in shown if tab["current"]] == [url for url in tabs if url == "services"]


def test_a_menu_on_a_page_without_an_address_marks_nothing():
    request = RequestFactory().get("/nowhere/")
    request.resolver_match = None

    assert not any(tab["current"] for tab in menu({"request": request})["tabs"])


@pytest.mark.parametrize(("language", "words"), [("en", "1,000+"), ("ar", "1,000")])
def test_what_was_not_counted_to_its_end_is_told_as_more(language, words):
    assert words in rendered("{{ n|at_most }}", language, n=1001)
    assert rendered("{{ n|at_most }}", language, n=1000) == "1,000"


def test_a_tick_may_bring_a_tone_of_its_own():
    html = rendered("{% ticks findings %}", findings=[SimpleNamespace(tone="soon", fact="Ends", mend="Extend it")])

    assert 'class="soon"' in html
    assert "Not met" not in html


def test_the_highest_week_is_as_high_as_the_plot_and_every_number_is_written():
    weeks = [{"from_on": date(2026, 11, 22), "n": 4, "soon": True}, {"from_on": date(2026, 11, 29), "n": 8, "soon": False}]
    html = rendered("{% weeks_plot weeks %}", weeks=weeks)

    assert 'y="0" width="6" height="100"' in html
    assert 'y="50" width="6" height="50"' in html
    assert html.count('class="soon"') == 1
    assert "11/29" in html
    assert 'height="0"' in rendered("{% weeks_plot weeks %}", weeks=[{**weeks[0], "n": 0}])


def test_the_inputs_of_a_date_are_a_group_each_with_its_label():
    class Born(forms.Form):
        birth_on = BothCalendarsDateField(label="Date of birth")

    html = str(Born({"birth_on_day": "31", "birth_on_month": "2", "birth_on_year": "2026"})["birth_on"].as_field_group())

    assert "<legend>Date of birth</legend>" in html
    assert [f'for="id_birth_on_{place}"' in html and f'id="id_birth_on_{place}"' in html for place in range(4)] == [True] * 4
    assert 'value="31"' in html
    assert "field--bad" in html
    assert "aria-label=" not in html


def test_the_account_of_now_stands_first_in_the_menu():
    one, two = SimpleNamespace(account="one"), SimpleNamespace(account="two")

    assert chosen_first([one, two], "two") == [two, one]


def test_a_summary_takes_the_focus_unless_it_is_one_of_several():
    form = SpyForm({"serial": ""})

    assert "autofocus" in rendered("{% summary form %}", form=form)
    assert "autofocus" not in rendered("{% summary form autofocus=False %}", form=form)
