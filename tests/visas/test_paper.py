"""The printed pages of the visa services: what is on them, where it stands, and who can read it."""

import io
import logging
from functools import cache

import pypdf
import pypdfium2
import pytest
import zxingcpp
from mrz.checker.mrva import MRVACodeChecker
from PIL import ImageChops

from muqeem import pdf
from tests.paper import in_words_of, pages, picture, words
from tests.visas.papers import PAGES, SON, WIFE, a_zone

MM = 72 / 25.4  # points
VISAS = [name for name, (_page, context) in PAGES.items() if "mrz" in context()["facts"]]


@pytest.fixture(autouse=True)
def _key(settings):
    settings.SEAL_KEY = "2026a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
    settings.SEAL_KEYS_RETIRED = ""


@pytest.fixture(autouse=True)
def _no_complaint_of_the_printer(caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        yield
    assert [record.getMessage() for record in caplog.get_records("call") if record.name.startswith("weasyprint")] == []


def printed(name: str, **changes) -> bytes:
    page, context = PAGES[name]
    return pdf.render(page, context(**changes))


@cache
def usual(name: str) -> bytes:
    return printed(name)


@cache
def crowded(name: str) -> bytes:
    """With the longest texts of the register in the widest letters."""
    return printed(name, **longest("ص" * 60, "W" * 60, name))


def signs(file: bytes):
    """Every sign of the page with the box of its ink in millimetres: left, bottom, right, top, from the paper's left lower corner."""
    text = pypdfium2.PdfDocument(io.BytesIO(file))[0].get_textpage()
    return [(text.get_text_range(at, 1), *(edge / MM for edge in text.get_charbox(at))) for at in range(text.count_chars())]


def zone_of(file: bytes):
    """The two lines of the zone as lists of signs and boxes, the upper one first."""
    found = [sign for sign in signs(file) if sign[4] < 23.2 and sign[0].strip()]
    upper, lower = ([sign for sign in found if (sign[2] > 12.5) is above] for above in (True, False))
    return upper, lower


def longest(arabic: str, latin: str, name: str):
    """The longest texts of the register: names of four times 40, an employer of 200, an occupation of 150."""
    facts = {
        "name": {"ar": in_words_of(arabic, 163), "en": in_words_of(latin, 163)},
        "employer": {"ar": in_words_of(arabic, 200), "en": in_words_of(latin, 200)},
        "occupation": {"ar": in_words_of(arabic, 150), "en": in_words_of(latin, 150)},
        "nationality": {"ar": in_words_of(arabic, 60), "en": in_words_of(latin, 60)},
        "passport_number": "W" * 15,
    }
    _page, context = PAGES[name]
    if "mrz" in context()["facts"]:
        facts["mrz"] = a_zone(family=in_words_of(latin, 40), given=in_words_of(latin, 122))
    return {"copy": 12, "facts": facts, "printed_by": {"ar": in_words_of(arabic, 150), "en": in_words_of(latin, 150)}}


# --- what is on the pages -----------------------------------------------------------------------
PERSON = ("محمد رفيق الإسلام عبد الرحمن", "MOHAMMED RAFIQUL ISLAM ABDUR RAHMAN", "2000000188", "EK0000188", "9000000433", "7000000012")
SAID = {
    "by months": (
        "2027/02/20",
        "1448/09/13",
        "أشهر من تاريخ السفر",
        "3 months from travel",
        "2027/05/20",
        "1448/12/14",
        "SINGLE",
        "300.00",
    ),
    "by days": ("2027/02/20", "1448/09/13", "90 days", "MULTIPLE", "must be cancelled by 20 February 2027", "Last day allowed"),
    "extended": ("2027/03/23", "1448/10/15", "2027/02/20", "قبل التعديل", "30 November 2026", "31 days", "400.00"),
    "cancelled": ("2026/11/22", "1448/06/12", "Cancelled On", "كان آخر يوم للتأشيرة", "2027/02/20", "visa fee is not refunded"),
    "final exit": ("2027/01/20", "1448/08/12", "FATIMA BEGUM", "فاطمة بيغم", "2000000204", "destroys the iqama card"),
    "fined": ("1,000.00", "Last Day of the Visa Was", "2026/09/30", "22 November 2026", "سُددت غرامة"),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_facts_are_read_back_from_the_page(name):
    text = words(usual(name))
    for expected in (*PERSON, *SAID[name], "Employer's Stamp", "DEMONSTRATION – NOT A GOVERNMENT DOCUMENT", "Page 1 of 1"):
        assert expected in text
    assert "None" not in text


@pytest.mark.parametrize("name", PAGES)
def test_usual_people_are_not_set_closely(name, monkeypatch):
    asked = []
    draw = pdf.render_to_string
    monkeypatch.setattr(pdf, "render_to_string", lambda page, context: asked.append(context["density"]) or draw(page, context))
    assert pages(printed(name)) == 1
    assert asked == [""]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("bleached", [False, True])
def test_both_codes_are_read_from_the_picture_also_of_a_faxed_copy(name, bleached):
    page, context = PAGES[name]
    context = context(copy=2)
    image = picture(pdf.render(page, context), dpi=200)
    if bleached:
        image = image.point(lambda shade: 255 * (shade > 128))
    found = {barcode.format: barcode.text for barcode in zxingcpp.read_barcodes(image)}
    assert found == {zxingcpp.BarcodeFormat.QRCode: context["seal_url"], zxingcpp.BarcodeFormat.Code128: "260000048213"}


@pytest.mark.parametrize("drawn", [usual, crowded])
def test_the_codes_are_large_enough(drawn):
    dpi = 300
    image = picture(drawn("by months"), dpi).convert("L")
    for barcode in zxingcpp.read_barcodes(image):
        place = barcode.position
        if barcode.format == zxingcpp.BarcodeFormat.QRCode:
            assert (place.top_right.x - place.top_left.x) / dpi * 25.4 >= 25
        else:
            column = [image.getpixel((place.top_left.x + 3, y)) < 128 for y in range(image.height)]
            bar = column[place.top_left.y - 150 : place.top_left.y + 150]
            assert max(map(len, "".join("#" if dark else " " for dark in bar).split())) / dpi * 25.4 >= 10


def test_a_visa_by_months_shows_the_day_of_the_journey_largest_and_the_return_as_a_term():
    def height(file, shown):
        line = signs(file)
        text = "".join(sign[0] for sign in line)
        at = text.index(shown)
        return max(sign[4] - sign[2] for sign in line[at : at + len(shown)])

    months, days = usual("by months"), usual("by days")
    assert height(months, "2027/02/20") > 1.5 * height(months, "2027/05/20")
    assert height(days, "2027/02/20") == pytest.approx(height(months, "2027/02/20"))


def test_someone_who_leaves_alone_has_no_row_and_no_duty_of_a_family():
    text = words(printed("final exit", facts={"accompanying": []}))
    assert "Family" not in text
    assert "family" not in text


# --- one page -----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PAGES)
def test_the_longest_names_still_fit_on_one_page(name):
    file = crowded(name)
    assert pages(file) == 1
    assert len(zxingcpp.read_barcodes(picture(file))) == 2


def test_a_large_family_fits_on_the_page_of_its_head():
    assert pages(printed("final exit", facts={"accompanying": [WIFE, SON] * 6}, copy=2)) == 1


def test_where_the_names_of_a_family_leave_no_room_their_numbers_stand_for_them():
    changes = longest("ص" * 60, "W" * 60, "final exit")
    member = SON | {"name": changes["facts"]["name"]}
    file = printed("final exit", **changes | {"facts": changes["facts"] | {"accompanying": [WIFE, member, *[SON] * 10]}})
    assert pages(file) == 1
    text = words(file)
    assert text.count("2000000196") == 1
    assert text.count("2000000204") == 11
    assert "FATIMA" not in text


# --- the machine-readable zone ------------------------------------------------------------------
@pytest.mark.parametrize("name", VISAS)
def test_another_reader_reads_the_zone_of_the_page(name):
    file = usual(name)
    lines = ["".join(sign[0] for sign in line) for line in zone_of(file)]
    assert lines == list(PAGES[name][1]()["facts"]["mrz"])
    assert MRVACodeChecker("\n".join(lines))


@pytest.mark.parametrize("name", VISAS)
@pytest.mark.parametrize("drawn", [usual, crowded])
def test_the_zone_stands_where_a_reader_looks_ten_signs_to_the_inch(name, drawn):
    upper, lower = zone_of(drawn(name))
    for line, middle in ((upper, 15.75), (lower, 9.40)):
        assert len(line) == 44
        assert 3 <= line[0][1] <= 5  # the first sign's ink from the edge of the paper
        fillers = [sign for sign in line if sign[0] == "<"] or [sign for sign in line if sign[0] == line[0][0]]
        places = [line.index(sign) for sign in fillers]
        for before, after, start, end in zip(fillers, fillers[1:], places, places[1:], strict=False):
            assert after[1] - before[1] == pytest.approx((end - start) * 2.54, abs=0.02)
        capitals = [sign for sign in line if sign[0] in "BDEHKRT"]
        for _sign, _left, bottom, _right, top in capitals:
            assert (bottom + top) / 2 == pytest.approx(middle, abs=0.15)
            assert top - bottom == pytest.approx(2.55, abs=0.15)  # OCR-B size 1: 2.4 mm between the strokes' middles


@pytest.mark.parametrize("children", range(8))
def test_nothing_else_is_printed_in_the_lowest_strip_however_full_the_page(children):
    dpi = 150
    image = picture(printed("final exit", facts={"accompanying": [SON] * children}), dpi).convert("L")
    rows = [row for row in range(image.height) if image.crop((0, row, image.width, row + 1)).getextrema()[0] < 250]
    strip = [mm for mm in ((image.height - row) / dpi * 25.4 for row in rows) if mm < 23.2]
    assert strip
    assert all(7.5 < mm < 11.3 or 13.9 < mm < 17.7 for mm in strip)


def test_only_the_zone_is_set_in_the_reader_s_font():
    fonts = {}

    def note(text, _matrix, _text_matrix, font, _size):
        if text.strip() and font:
            fonts.setdefault(font["/BaseFont"].split("+")[-1], []).append(text.strip())

    pypdf.PdfReader(io.BytesIO(usual("final exit"))).pages[0].extract_text(visitor_text=note)
    zone = next(texts for font, texts in fonts.items() if "Zone" in font)
    assert "".join(zone).replace("\n", "") == "".join(PAGES["final exit"][1]()["facts"]["mrz"])


@pytest.mark.parametrize("name", [name for name in PAGES if name not in VISAS])
def test_a_paper_that_lets_nobody_travel_has_no_zone(name):
    assert "<<" not in words(usual(name))


# --- from the shape of one printed before -------------------------------------------------------
def another(name: str, number: int) -> bytes:
    """The page of somebody else, whose name takes one line, too."""
    facts = {"name": {"ar": "علي خان", "en": "ALI KHAN"}, "visa_number": f"{9_000_000_000 + number}", "passport_number": f"EK{number:07}"}
    if name in VISAS:
        facts["mrz"] = a_zone(family="KHAN", given=["ALI", "ALI HASAN", "SAID", "UMAR"][number % 4])
    return printed(name, facts=facts)


@pytest.mark.parametrize("name", ["by months", "by days", "final exit", "cancelled", "fined"])
def test_the_fourth_page_of_a_kind_is_written_without_a_layout_and_looks_as_with_one(name, monkeypatch):
    for number in range(3):
        another(name, number)
    asked = []
    printer = pdf._printer()
    write, lay_out = printer.page, printer.press.lay_out
    monkeypatch.setattr(printer, "page", lambda html: asked.append(html) or write(html))
    monkeypatch.setattr(printer.press, "lay_out", lambda _html: pytest.fail("laid out"))
    fast = another(name, 3)
    monkeypatch.setattr(printer.press, "lay_out", lay_out)
    assert ImageChops.difference(picture(fast), picture(printer.in_full(asked[-1]))).getbbox() is None
