"""QR and Code 128 as inline SVG, one unit a module, so that the sheet alone decides how large they print.

The drawings carry their quiet zones and are made of black on nothing: they need no file, no address and no fetcher.
"""

import re
from functools import lru_cache

import zxingcpp
from django.utils.html import format_html
from django.utils.safestring import SafeString

# What ISO/IEC 18004 and 15417 ask for around the symbol, in modules.
QR_QUIET = 4
CODE128_QUIET = 10

# A fifth of the usual width, a centimetre on our pages: low enough for a foot line, high enough for a scanner held askew.
CODE128_HEIGHT = 24

# Every reader knows all eight masks; finding the one that looks best takes ten times as long as all the rest.
_MASK = 3

_LIGHT = b"\xff"
_DARK = re.compile(rb"\0+")
_RUN = re.compile(rb"\0+|\xff+")


def qr_svg(text: str) -> SafeString:
    """A QR of `text` for paper; level M: 15 % of it may be folded, stained or stamped over."""
    rows = _qr(text, "M")
    return _svg(rows, _lines(rows), 1, (QR_QUIET, QR_QUIET), "")


def qr_for_screen(text: str, label: str) -> SafeString:
    """The same for a screen, which nobody folds: fewer modules, in words that compress to a fifth."""
    rows = _qr(text, "L")
    return _svg(rows, _steps(rows), 1, (QR_QUIET, QR_QUIET), label)


def code128_svg(digits: str, label: str = "") -> SafeString:
    """A Code 128 of digits only: two digits a sign, hence short and wide-barred."""
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"not digits: {digits!r}")
    symbol = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.Code128)
    rows = _rows(symbol)[:1]
    return _svg(rows, _lines(rows), CODE128_HEIGHT, (CODE128_QUIET, 0), label)


def modules_across(svg: str) -> int:
    """How many modules a drawing is wide, quiet zones included."""
    return int(svg.split('viewBox="', 1)[1].split()[2])


def _qr(text: str, level: str) -> list[bytes]:
    return _rows(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=_MASK))


def _rows(symbol: zxingcpp.Barcode) -> list[bytes]:
    image = memoryview(symbol.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    height, width = image.shape  # type: ignore[misc]
    pixels = image.tobytes()
    return [pixels[y * width : (y + 1) * width] for y in range(height)]


@lru_cache(16)
def _points(width: int, height: int) -> list[str]:
    """What the places of a drawing are called, row after row; the last of a row is behind it."""
    return [f"{x} {y}" for y in range(height) for x in range(width + 1)]


def _lines(rows: list[bytes]) -> str:
    """Each row as one thick line, lifted where it is light: half the drawing that rectangles would be."""
    at = _points(len(rows[0]), len(rows))
    return "".join([f"M{at[dark.start()]}L{at[dark.end()]}" for dark in _DARK.finditer(_LIGHT.join(rows))])


def _steps(rows: list[bytes]) -> str:
    """The same lines as steps, over what is dark and past what is light: few different words, often repeated."""
    return "".join([f"M0 {y}{''.join([_step(run) for run in _RUN.findall(row)])}" for y, row in enumerate(rows)])


def _step(run: bytes) -> str:
    return f"m{len(run)} 0" if run.startswith(_LIGHT) else f"h{len(run)}"


def _svg(rows: list[bytes], path: str, thickness: int, quiet: tuple[int, int], label: str) -> SafeString:
    # The lines run through whole numbers, which are shorter than halves; so the box begins half a line above the first.
    box = (-quiet[0], -quiet[1] - thickness / 2, len(rows[0]) + 2 * quiet[0], len(rows) * thickness + 2 * quiet[1])
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}" role="img" aria-label="{}">'
        '<path fill="none" stroke="#000" stroke-width="{}" d="{}"/></svg>',
        " ".join(f"{side:g}" for side in box),
        label,
        thickness,
        SafeString(path),
    )
