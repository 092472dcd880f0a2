"""Pages printed by a known shape are the pages that WeasyPrint would have laid out; whatever is unusual is laid out."""

import copy
import io
import multiprocessing
import os
import random
import shutil
import subprocess
from dataclasses import replace
from functools import lru_cache

import pypdf
import pytest

from muqeem import pdf, seal
from muqeem.pdf.forms import FORMS, SHAPES, Recent
from muqeem.pdf.shape import Row
from tests.muqeem.papers import (
    DIFFERENT,
    RENEWAL,
    a_page,
    a_random_page,
    codes,
    in_full,
    layouts,
    pixels_that_differ,
)
from tests.paper import PRINTED_AT, words
from tests.visas.papers import PAGES, a_zone

MANY = int(os.environ.get("PRINTED_PAGES", "120"))  # PRINTED_PAGES=200 is what the figures speak of
CLOSELY = 5  # every so manieth page is read, too: that takes longer than to look at it
SHORT = {"ar": "شركة النخيل", "en": "Palms Co."}
TWO_LINES = {
    "ar": "شركة آفاق الخليج للتشغيل والصيانة والخدمات البيئية المحدودة",
    "en": "Gulf Horizons Operation, Maintenance and Environmental Services Co. Ltd.",
}


@pytest.fixture(autouse=True)
def _key(settings):
    settings.SEAL_KEY = "2026a:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
    settings.SEAL_KEYS_RETIRED = ""


@pytest.fixture
def printer(monkeypatch):
    """The printer of this process, which knows no page yet."""
    printer = pdf._printer()
    monkeypatch.setattr(printer, "_forms", Recent(FORMS))
    monkeypatch.setattr(printer, "_shapes", Recent(SHAPES))
    return printer


@pytest.fixture
def known(printer):
    """The same, after it learnt the usual page."""
    form, shapes = usual()
    printer._shapes |= shapes
    form = copy.copy(form)
    form._shapes = printer._shapes
    printer._forms.keep(form._fixed, form)
    return printer


@lru_cache(1)
def usual():
    """The form and the shapes of the usual page, read off once for all tests by a printer that knew none."""
    for _ in range(2):
        pdf.render(RENEWAL, short_page())
    printer = pdf._printer()
    (form,) = printer._forms.values()
    return form, dict(printer._shapes)


def short_page(**facts):
    return a_page(facts={"name": {"ar": "محمد رفيق", "en": "MOHAMMED RAFIQ"}, "employer": SHORT} | facts)


def printed(context):
    """The page, and whether it was laid out for it."""
    with layouts() as made:
        file = pdf.render(RENEWAL, context)
    return file, len(made)


# --- the same page ------------------------------------------------------------------------------
def compared(seed):
    """A random page by its shape: how it differs from the one that is laid out; nothing, if it was laid out itself."""
    context = a_random_page(random.Random(seed))
    file, laid_out = printed(context)
    if laid_out:
        return None
    other = in_full(context)
    differs = pixels_that_differ(file, other) > DIFFERENT
    if seed % CLOSELY == 0:
        differs |= words(file) != words(other) or codes(file) != {context["seal_url"], context["document"]["receipt_number"]}
    return differs


def test_of_random_pages_none_differs_in_workers_that_forked_from_a_warm_printer(printer):
    with multiprocessing.get_context("fork").Pool(2) as workers:
        found = dict(zip(range(MANY), workers.map(compared, range(MANY), chunksize=MANY // 2), strict=True))
    assert [seed for seed, differs in found.items() if differs] == []
    assert sum(differs is not None for differs in found.values()) > MANY / 3  # the others taught the printer


def test_a_text_a_hair_beside_its_place_is_seen_by_the_comparison(known, monkeypatch):
    context = short_page()
    as_it_is, laid_out = printed(context)
    assert laid_out == 0
    placed = Row._placed
    monkeypatch.setattr(Row, "_placed", lambda row, written: placed(replace(row, left=row.left + 1), written))
    assert pixels_that_differ(as_it_is, in_full(context)) <= DIFFERENT < pixels_that_differ(pdf.render(RENEWAL, context), in_full(context))


def test_a_name_of_another_person_is_seen_by_the_comparison(known):
    context = short_page()
    other = context | {"facts": context["facts"] | {"name": {"ar": "كريم", "en": "KARIM"}}}
    assert pixels_that_differ(pdf.render(RENEWAL, context), pdf.render(RENEWAL, other)) > DIFFERENT


def test_a_page_by_its_shape_has_its_own_codes_and_seal(known):
    context = short_page(name={"ar": "سعيد", "en": "SAEED"})
    file, laid_out = printed(context)
    assert laid_out == 0
    assert codes(file) == {context["seal_url"], "260000048213"}
    (address,) = (code for code in codes(file) if code.startswith("https"))
    assert seal.open_seal(address).serial == context["document"]["serial"]


def test_a_file_by_its_shape_says_of_itself_what_the_other_says(known, tmp_path):
    context = short_page()
    file, laid_out = printed(context)
    assert laid_out == 0
    reader, other = (pypdf.PdfReader(io.BytesIO(each)) for each in (file, in_full(context)))
    assert dict(reader.metadata) == dict(other.metadata)
    assert reader.metadata.creation_date == PRINTED_AT
    assert reader.root_object["/Lang"] == "ar"
    assert [each.title for each in reader.outline] == [each.title for each in other.outline]
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert len(fonts) == 2
    assert all("/FontFile2" in font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts)
    assert len(file) < 80_000
    if shutil.which("qpdf"):
        (tmp_path / "page.pdf").write_bytes(file)
        assert subprocess.run(["qpdf", "--check", tmp_path / "page.pdf"], check=False, capture_output=True).returncode == 0


def test_rows_that_wrap_and_rows_that_are_missing_have_shapes_of_their_own(known):
    for facts in ({"employer": TWO_LINES}, {"occupation": None, "months": None}, {"dependants": 3}, {"employer_number": "1000000008"}):
        for _ in range(3):
            context = short_page(**facts)
            file, laid_out = printed(context)
        assert laid_out == 0, facts
        other = in_full(context)
        assert pixels_that_differ(file, other) <= DIFFERENT
        assert words(file) == words(other)


def test_the_next_copy_is_printed_by_its_shape_and_says_which_it_is(printer):
    for number in (2, 3, 4):
        file, laid_out = printed(short_page() | {"copy": number})
    assert laid_out == 0
    assert "Copy 4; first printed 22 November 2026, 14:33 (Riyadh)" in words(file)


@pytest.mark.parametrize("kind", sorted(set(PAGES) - {"extended"}))  # the brackets of its title are mirrored: it is laid out
def test_visas_are_printed_by_their_shape_with_their_zone(printer, kind):
    template, make = PAGES[kind]
    for number, given in (("9000000433", "MOHAMMED"), ("9000000441", "RAFIQ"), ("9000000458", "KARIM ABDUL")):
        context = make(facts={"visa_number": number, "mrz": a_zone(given=given)})
        with layouts() as made:
            file = pdf.render(template, context)
    assert made == []
    other = in_full(context, template)
    assert pixels_that_differ(file, other) <= DIFFERENT
    assert words(file) == words(other)
    assert "9000000458" in words(file)


# --- what is laid out ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    "facts",
    [
        {"name": {"ar": "محمد", "en": "W" * 60}},  # takes two lines for the first time
        {"passport_number": "W" * 90},  # wider than the place of a number
        {"name": {"ar": "گل محمد", "en": "GUL MOHAMMED"}},  # a letter that is not in every page
        {"name": {"ar": "محمد", "en": "ÆLFRED"}},
        {"employer": {"ar": "شركة  النخيل", "en": " Palms Co."}},  # spaces that a browser would leave out
        {"employer": {"ar": "شركة النخيل", "en": ""}},
        {"employer": {"ar": "شركة (النخيل", "en": "Palms Co."}},  # a sign that is mirrored, and would be read as the other
        {"card_version": None},
    ],
)
def test_what_is_unusual_is_laid_out(known, facts):
    context = short_page(**facts)
    file, laid_out = printed(context)
    assert laid_out > 0
    assert pixels_that_differ(file, in_full(context)) == 0


def test_several_texts_that_do_not_fit_side_by_side_are_laid_out_every_time(known):
    someone = {"ar": "سعيد بن محمد " * 8 + "سعيد", "en": "SAEED"}
    context = short_page() | {"printed_by": someone}
    assert [printed(context)[1] for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("times", "layouts_made"),
    [
        (9, [2, 1, 0, 0]),  # too long at first, and from then on printed by its shape as closely as it fits
        (14, [3, 2, 1, 1]),  # so long that it is laid out each time, but only as closely as it fits
    ],
)
def test_a_page_that_is_known_to_be_too_long_is_not_laid_out_to_see_it_again(known, times, layouts_made):
    long = {
        key: {"ar": ("سعيد بن محمد " * times).strip(), "en": ("SAEED MOHAMMED " * (times - 2)).strip()}
        for key in ("name", "employer", "occupation", "nationality")
    }
    assert [printed(short_page(**long))[1] for _ in range(4)] == layouts_made


def test_whatever_is_hidden_in_a_text_is_refused_of_known_pages_too(known):
    with pytest.raises(pdf.Unprintable, match="202E"):
        pdf.render(RENEWAL, short_page(name={"ar": "محمد", "en": "\u202eDEMHA"}))
    with pytest.raises(pdf.Unprintable, match="100000"):
        pdf.render(RENEWAL, short_page(name={"ar": "م" * 100_000, "en": "A"}))


@pytest.mark.parametrize("text", ["A data-slot>B", 'A data-slot d="M0 0.5L9 0.5"', "A<b data-slot>B</b>", "A &amp; B"])
def test_a_text_that_looks_like_a_mark_is_text(known, text):
    context = short_page(employer={"ar": "شركة", "en": text})
    file = pdf.render(RENEWAL, context)
    other = in_full(context)
    assert words(file) == words(other)
    assert pixels_that_differ(file, other) <= DIFFERENT


@pytest.mark.parametrize(
    "body",
    [
        '<p style="display:inline-block;border:1pt solid"><bdi data-slot>{}</bdi></p>',
        '<p style="float:left"><bdi data-slot>{}</bdi></p>',
        '<p style="position:absolute"><bdi data-slot>{}</bdi></p>',
        '<table style="table-layout:auto"><tr><td><bdi data-slot>{}</bdi><td>x</table>',
        '<div style="float:left">x</div><p><bdi data-slot>{}</bdi></p>',
        '<p style="text-align:justify"><bdi data-slot>{}</bdi></p>',
        '<p style="text-transform:uppercase"><bdi data-slot>{}</bdi></p>',
        '<p><bdi data-slot>{}</bdi> <img src="bundled:mark.svg" alt=""></p>',
        "<p data-slot>{}<b>and</b>of another width</p>",
    ],
)
def test_a_text_whose_place_depends_on_it_is_laid_out_every_time(printer, body):
    for text in ("one", "of another width", "three"):
        with layouts() as made:
            printer.page(f'<html lang="ar" dir="ltr"><body>{body.format(text)}</body></html>')
        assert len(made) == 1


def test_a_template_that_forgot_a_mark_is_laid_out_and_fills_no_memory(printer):
    for number in range(FORMS + 3):
        with layouts() as made:
            printer.page(f'<html lang="ar"><body><p>{number}</p><p data-slot>x</p></body></html>')
        assert len(made) == 1
    assert len(printer._forms) == FORMS


def test_shapes_that_were_not_used_for_long_are_forgotten():
    shapes = Recent(SHAPES)
    for number in range(SHAPES):
        shapes.keep(number, str(number))
    assert shapes.use(0) == "0"
    shapes.keep(SHAPES, "new")
    assert (shapes.use(0), shapes.use(1)) == ("0", None)
