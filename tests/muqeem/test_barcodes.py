"""QR and Code 128: drawn as SVG, read back as pictures."""

import gzip
import io
import re

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from muqeem import pdf
from muqeem.barcodes import CODE128_QUIET, QR_QUIET, code128_svg, modules_across, qr_for_screen, qr_svg

ADDRESS = "https://muqeem.example/check/#7K3M9PQ2XRTE." + "Ab-_9" * 35


def scanned(svg: str, dpi: int = 130, width: str = "54mm") -> list[zxingcpp.Barcode]:
    """What a scanner reads from the drawing, printed in this width."""
    page = pdf.from_html(f'<html lang="ar"><style>svg{{display:block;width:{width}}}</style>{svg}</html>')
    picture = pypdfium2.PdfDocument(io.BytesIO(page))[0].render(scale=dpi / 72).to_pil()
    return list(zxingcpp.read_barcodes(picture))


def test_a_qr_is_read_back_from_paper():
    (found,) = scanned(qr_svg(ADDRESS), width="36mm")
    assert found.text == ADDRESS
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.ec_level == "M"


def test_a_qr_for_a_screen_is_read_back_and_takes_a_third_of_the_bytes():
    (found,) = scanned(qr_for_screen(ADDRESS, "check"))
    assert found.text == ADDRESS
    assert found.ec_level == "L"
    assert len(gzip.compress(qr_for_screen(ADDRESS, "check").encode())) < len(gzip.compress(qr_svg(ADDRESS).encode())) / 3


def test_a_code_128_is_read_back_from_paper():
    (found,) = scanned(code128_svg("260000048213"))
    assert found.text == "260000048213"
    assert found.format == zxingcpp.BarcodeFormat.Code128


@settings(max_examples=15, deadline=None)
@given(st.from_regex(r"\A[0-9]{1,14}\Z"))
def test_any_number_is_read_back(digits):
    assert [found.text for found in scanned(code128_svg(digits))] == [digits]


@pytest.mark.parametrize("text", ["", "R-2026-1", "١٢٣٤", "12 34", "²"])
def test_a_code_128_takes_digits_only(text):
    with pytest.raises(ValueError, match="not digits"):
        code128_svg(text)


def test_both_codes_keep_their_quiet_zones_clear():
    for svg, quiet in ((qr_svg(ADDRESS), QR_QUIET), (code128_svg("260000048213"), CODE128_QUIET)):
        left = int(svg.split('viewBox="')[1].split()[0])
        starts = [int(x) for x in re.findall(r"M(-?[0-9]+) ", svg)]
        assert left == -quiet
        assert min(starts) == 0


def test_the_modules_of_a_usual_seal_are_large_enough_for_a_phone():
    assert 36 / modules_across(qr_svg("https://residency.muqeem.example.org/check/#" + "A" * 225)) > 0.45


def test_the_label_of_a_code_cannot_break_out_of_it():
    assert "<script>" not in qr_for_screen("1", '"><script>')
