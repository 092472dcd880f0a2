"""The printed page: what is on it, that it is one page, and that it fetches nothing."""

import gc
import io
import logging
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
import zxingcpp
from django.template.loader import render_to_string
from django.utils import translation

from muqeem import pdf, seal
from muqeem.names import ARABIC_LETTERS, LATIN_LETTERS
from tests.muqeem.papers import RENEWAL, a_page
from tests.paper import PRINTED_AT, in_words_of, pages, picture, words


@pytest.fixture(autouse=True)
def _key(settings):
    settings.SEAL_KEY = "2026a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
    settings.SEAL_KEYS_RETIRED = ""


@pytest.fixture(autouse=True)
def _no_complaint_of_the_printer(caplog):
    """WeasyPrint only logs what it leaves out of a page: here that is a failure."""
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        yield
    said = [record.getMessage() for record in caplog.get_records("call") if record.name.startswith("weasyprint")]
    assert said == []


@contextmanager
def files_opened():
    """The names of the files opened meanwhile by Python code."""
    opened, watching = [], True

    def hook(event, arguments):
        if watching and event in {"open", "socket.connect", "urllib.Request"}:
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)
    try:
        yield opened
    finally:
        watching = False


# --- what is on the page ------------------------------------------------------------------------
def test_names_numbers_and_days_are_read_back_from_the_page():
    context = a_page()
    text = words(pdf.render(RENEWAL, context))
    for expected in (
        "محمد رفيق الإسلام عبد الرحمن",  # with its lam-alef
        "MOHAMMED RAFIQUL ISLAM ABDUR RAHMAN",
        "بنغلاديش",
        "إشعار تجديد إقامة",
        "Residency Renewal Notice",
        "2000000188",
        "EK0000188",
        "2027/12/21",
        "1449/07/23",
        "2026/12/21",
        "14 March 1988",
        "12 months",
        "1,650.00",
        "Establishment No.",
        "7000000012",
        "260000048213",
        "Noura Saad Alotaibi",
        "22 November 2026, 14:33 (Riyadh)",
        "DEMONSTRATION – NOT A GOVERNMENT DOCUMENT",
        "Page 1 of 1",
        context["document"]["serial_shown"],
        "-".join(context["document"]["code"][at : at + 4] for at in (0, 4, 8)),
    ):
        assert expected in text


def test_both_codes_are_read_from_the_picture_of_the_page():
    context = a_page()
    image = picture(pdf.render(RENEWAL, context))
    found = {barcode.format: barcode.text for barcode in zxingcpp.read_barcodes(image)}
    assert found == {zxingcpp.BarcodeFormat.QRCode: context["seal_url"], zxingcpp.BarcodeFormat.Code128: "260000048213"}


def test_what_the_qr_says_is_what_the_page_says():
    context = a_page()
    image = picture(pdf.render(RENEWAL, context))
    (qr,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    sealed = seal.open_seal(qr.text)
    assert sealed.serial == context["document"]["serial"]
    assert sealed.dates["new_expires_on"].isoformat() == context["facts"]["new_expires_on"]
    assert context["facts"]["iqama_number"].endswith(sealed.last_four)


def test_a_faxed_copy_can_still_be_scanned():
    context = a_page()
    image = picture(pdf.render(RENEWAL, context), dpi=200).point(lambda shade: 255 * (shade > 128))
    assert context["seal_url"] in [barcode.text for barcode in zxingcpp.read_barcodes(image)]


def test_the_day_that_matters_is_the_largest_text_but_the_ghost():
    sizes = {}

    def note(text, _matrix, text_matrix, font, size):
        for shown in ("2027/12/21", "2026/12/21"):
            if shown in text:
                sizes[shown] = size * abs(text_matrix[0])

    pypdf.PdfReader(io.BytesIO(pdf.render(RENEWAL, a_page(demonstration=False)))).pages[0].extract_text(visitor_text=note)
    assert sizes["2027/12/21"] > 1.5 * sizes["2026/12/21"]


def test_the_first_copy_has_no_copy_mark_and_the_second_says_when_the_first_was_printed():
    assert "first printed" not in words(pdf.render(RENEWAL, a_page()))
    second = a_page(copy=2, printed_at=datetime(2026, 11, 23, 6, 2, tzinfo=UTC))
    text = words(pdf.render(RENEWAL, second))
    assert "Copy 2; first printed 22 November 2026, 14:33 (Riyadh)" in text
    assert "النسخة الأولى" in text
    assert "23 November 2026, 09:02 (Riyadh)" in text


def test_outside_a_demonstration_nothing_says_demonstration():
    text = words(pdf.render(RENEWAL, a_page(demonstration=False)))
    assert "DEMONSTRATION" not in text
    assert "not a travel document" in text


def test_a_body_that_issues_pages_under_its_own_authority_is_named_and_the_disclaimer_goes():
    text = words(pdf.render(RENEWAL, a_page(demonstration=False, authority="Passport Office of Elsewhere")))
    assert "Passport Office of Elsewhere" in text
    assert "not a travel document" not in text


@pytest.mark.parametrize("nothing", [None, "", "left out"])
def test_a_missing_fact_shows_no_row_and_never_the_word_none(nothing):
    optional = {
        "passport_number",
        "passport_expires_on",
        "occupation",
        "card_version",
        "employer",
        "months",
        "expires_on",
        "birth_on",
    }
    context = a_page(facts=dict.fromkeys(optional | {"dependants"}, None if nothing == "left out" else nothing))
    if nothing == "left out":
        context["facts"] = {key: value for key, value in context["facts"].items() if key not in optional | {"dependants"}}
    text = words(pdf.render(RENEWAL, context))
    for absent in ("None", "Passport", "Occupation", "Card Version", "Dependants", "Previous Expiry", "Date of Birth"):
        assert absent not in text
    assert "2027/12/21" in text


def test_a_household_says_employer_and_not_establishment():
    text = words(pdf.render(RENEWAL, a_page(facts={"employer_number": "1000000008"})))
    assert "Employer No." in text
    assert "Establishment" not in text


def test_nobody_is_said_in_words_and_some_in_a_number():
    assert "None" in words(pdf.render(RENEWAL, a_page()))
    text = words(pdf.render(RENEWAL, a_page(facts={"dependants": 4})))
    assert "None" not in text


def test_a_day_beyond_the_hijri_tables_is_printed_in_one_calendar():
    text = words(pdf.render(RENEWAL, a_page(facts={"passport_expires_on": "2079-01-05"})))
    assert "5 January 2079" in text
    assert "—" not in text


def test_the_file_says_what_it_is_in_which_language_and_by_whom():
    context = a_page()
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(RENEWAL, context)))
    assert context["document"]["serial_shown"] in reader.metadata.title
    assert "إشعار تجديد إقامة" in reader.metadata.title
    assert "Muqeem portal" in reader.metadata.author
    assert reader.metadata.creation_date == PRINTED_AT
    assert reader.root_object["/Lang"] == "ar"


def by_shape(context) -> bytes:
    """The page once the printer knows its shape. One that was laid out looks the same and is another file."""
    return [pdf.render(RENEWAL, context) for _ in range(3)][-1]


def test_the_same_copy_rendered_again_is_the_same_file():
    context = a_page()
    again = by_shape(context) == pdf.render(RENEWAL, context)
    assert again


def test_the_page_is_the_same_whichever_language_the_worker_has():
    context = a_page()
    with translation.override("en"):
        in_english = by_shape(context)
    with translation.override("ar"):
        the_same = pdf.render(RENEWAL, context) == in_english
    assert the_same


def test_only_the_bundled_fonts_are_used_and_they_are_in_the_file():
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(RENEWAL, a_page(copy=2))))
    fonts = reader.pages[0]["/Resources"]["/Font"]
    names = {font.get_object()["/BaseFont"].split("+")[-1] for font in fonts.values()}
    assert len(names) == 2
    assert all("Plex" in name or "Muqeem" in name for name in names)
    assert all("/FontFile2" in font["/DescendantFonts"][0]["/FontDescriptor"] for font in (f.get_object() for f in fonts.values()))


# --- one page -----------------------------------------------------------------------------------
def longest(arabic: str, latin: str):
    """The longest texts the register takes: a name of four times 40, an employer of 200, the others of 150."""
    return a_page(
        copy=12,
        facts={
            "name": {"ar": in_words_of(arabic, 163), "en": in_words_of(latin, 163)},
            "employer": {"ar": in_words_of(arabic, 200), "en": in_words_of(latin, 200)},
            "occupation": {"ar": in_words_of(arabic, 150), "en": in_words_of(latin, 150)},
            "nationality": {"ar": in_words_of(arabic, 60), "en": in_words_of(latin, 60)},
            "passport_number": "W" * 15,
        },
        printed_by={"ar": in_words_of(arabic, 150), "en": in_words_of(latin, 150)},
    )


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("عبد الرحمن بن محمد الأنصاري السعدي الحسيني", "ABDUL RAHMAN MOHAMMED ALANSARI ALHUSSAINI"),
        ("سسسسس", "WWWWW MMMMM"),
        ("ص" * 60, "W" * 60),
    ],
)
def test_the_longest_names_still_fit_on_one_page(arabic, latin):
    context = longest(arabic, latin)
    file = pdf.render(RENEWAL, context)
    assert pages(file) == 1
    assert {barcode.text for barcode in zxingcpp.read_barcodes(picture(file))} == {context["seal_url"], "260000048213"}


def test_usual_names_are_not_set_densely(monkeypatch):
    asked = []
    monkeypatch.setattr(
        pdf,
        "render_to_string",
        lambda template, context: asked.append(context["density"]) or render_to_string(template, context),
    )
    pdf.render(RENEWAL, a_page(copy=2))
    pdf.render(RENEWAL, longest("محمد الأنصاري", "MOHAMMED ALANSARI"))
    assert asked == ["", "", "close", "dense"]


def test_what_does_not_fit_even_densely_is_not_printed():
    text = in_words_of("WWWWW", 480)
    too_much = {key: {"ar": text, "en": text} for key in ("name", "nationality", "occupation", "employer")}
    with pytest.raises(pdf.Overfull, match="renewal_page"):
        pdf.render(RENEWAL, a_page(facts=too_much))


# --- what is not printed ------------------------------------------------------------------------
@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\u200f", "\x00", "\x1b", "\ufeff", "\ud800"])
@pytest.mark.parametrize("place", ["name", "employer", "occupation"])
def test_a_hidden_character_is_refused_wherever_it_hides(hidden, place):
    with pytest.raises(pdf.Unprintable, match=f"U\\+{ord(hidden):04X}"):
        pdf.render(RENEWAL, a_page(facts={place: {"ar": "محمد", "en": f"{hidden}DEMHA"}}))


def test_a_hidden_character_is_refused_outside_the_facts_too():
    for place in ("printed_by", "authority", "host"):
        with pytest.raises(pdf.Unprintable, match="202E"):
            pdf.render(RENEWAL, a_page(**{place: "\u202eDEMHA"}))


def test_a_word_of_two_scripts_is_refused():
    with pytest.raises(pdf.Unprintable, match="two scripts"):
        pdf.render(RENEWAL, a_page(facts={"name": {"ar": "محمد", "en": "MОHAMMED"}}))


def test_a_letter_that_the_font_has_not_is_refused_rather_than_borrowed():
    with pytest.raises(pdf.Unprintable, match=r"U\+4E2D"):
        pdf.render(RENEWAL, a_page(facts={"employer": {"ar": "شركة", "en": "中"}}))


def test_a_text_longer_than_any_field_is_refused_before_it_costs_time():
    with pytest.raises(pdf.Unprintable, match="100000 characters"):
        pdf.render(RENEWAL, a_page(facts={"name": {"ar": "م" * 100_000, "en": "A"}}))


def test_every_letter_that_names_may_have_can_be_printed():
    arabic, latin = "".join(sorted(ARABIC_LETTERS)), "".join(sorted(LATIN_LETTERS))
    assert pages(pdf.render(RENEWAL, a_page(facts={"name": {"ar": arabic, "en": latin}}))) == 1


def test_markup_in_a_name_is_text():
    hostile = '<img src="file:///etc/passwd"><a rel=attachment href="file:///etc/passwd">'
    file = pdf.render(RENEWAL, a_page(facts={"employer": {"ar": "شركة", "en": hostile}}))
    assert "<img" in words(file)
    assert pypdf.PdfReader(io.BytesIO(file)).attachments == {}


# --- nothing is fetched -------------------------------------------------------------------------
ADDRESSES = [
    "file:///etc/passwd",
    (Path(__file__).parents[2] / "static/print/mark.svg").as_uri(),
    "http://127.0.0.1:9/x.png",
    "https://example.com/x.png",
    "ftp://127.0.0.1/x.png",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
    "bundled:../settings.py",
    "bundled:fonts/OFL.txt",
    "bundled:mark.svg?x",
    "BUNDLED:mark.svg",
]
WAYS = {
    "picture": '<img src="{}">',
    "stylesheet": '<link rel="stylesheet" href="{}">',
    "import": '<style>@import "{}";</style>',
    "background": '<style>p{{background:url("{}")}}</style><p>x</p>',
    "font": '<style>@font-face{{font-family:x;src:url("{}")}} p{{font-family:x}}</style><p>x</p>',
    "attachment": '<a rel="attachment" href="{}">x</a>',
    "linked attachment": '<link rel="attachment" href="{}">',
    "object": '<object data="{}"></object>',
    "embed": '<embed src="{}">',
    "picture in a drawing": '<svg width="9" height="9"><image href="{}" width="9" height="9"/></svg>',
    "list mark": '<style>li{{list-style-image:url("{}")}}</style><ul><li>x</ul>',
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_is_opened_however_it_is_written(way, address, caplog):
    html = f'<html lang="ar"><body>{WAYS[way].format(address)}</body></html>'
    pdf.warm()
    with files_opened() as opened, pytest.raises(pdf.Unfetchable):
        pdf.from_html(html)
    assert not [name for name in opened if "passwd" in name or "static/print" in name or "127.0.0.1" in name]
    caplog.clear()  # here the printer has reason to complain


def test_the_bundled_files_are_the_only_ones_answered():
    fetcher = pdf._printer().press.fetcher
    fetch = fetcher.fetch
    assert len(fetcher.bundled) == 5
    for address in fetcher.bundled:
        assert len(fetch(address).read()) > 100
    for address in ADDRESSES:
        with pytest.raises(ValueError, match="not bundled"):
            fetch(address)


def test_a_page_opens_no_file_but_the_templates():
    context = a_page()
    pdf.render(RENEWAL, context)
    with files_opened() as opened:
        pdf.render(RENEWAL, context)
    assert [name for name in opened if not name.endswith(".html")] == []


def test_all_pages_share_one_font_configuration():
    from weasyprint.text.fonts import FontConfiguration

    pdf.warm()
    for _ in range(2):
        pdf.render(RENEWAL, a_page())
    gc.collect()
    assert sum(isinstance(thing, FontConfiguration) for thing in gc.get_objects()) == 1


def test_the_portal_does_not_load_the_printer_before_it_prints():
    code = "import muqeem.pdf, sys; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_worker_that_ends_leaves_its_siblings_their_fonts():
    pdf.warm()
    worker = os.fork()
    if worker == 0:
        folder = pdf._printer().press.fonts._folder
        os._exit(folder is not None)
    assert os.waitpid(worker, 0)[1] == 0
    assert len(list(pdf._printer().press.fonts._folder.iterdir())) == 3


def test_the_temporary_fonts_of_a_process_go_with_it(tmp_path):
    code = "import django; django.setup(); from muqeem import pdf; pdf.warm(); pdf.from_html('<p>x')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.glob("weasyprint-*")) == []
