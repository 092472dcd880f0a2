"""QR and Code 128 as inline SVG, one unit a module, so that the sheet alone decides how large they print.

The drawings carry their quiet zones and are made of black on nothing: they need no file, no address and no fetcher.
"""

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


def qr_svg(text: str, label: str = "") -> SafeString:
    """A QR of `text`; level M: 15 % of it may be folded, stained or stamped over."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=_MASK)
    rows = _rows(symbol)
    drawn = "".join(_line(row, y + 0.5) for y, row in enumerate(rows))
    return _svg(drawn, 1, (len(rows[0]), len(rows)), (QR_QUIET, QR_QUIET), label)


def code128_svg(digits: str, label: str = "") -> SafeString:
    """A Code 128 of digits only: two digits a sign, hence short and wide-barred."""
    if not (digits.isascii() and digits.isdecimal()):
        raise ValueError(f"not digits: {digits!r}")
    symbol = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.Code128)
    row = _rows(symbol)[0]
    drawn = _line(row, CODE128_HEIGHT / 2)
    return _svg(drawn, CODE128_HEIGHT, (len(row), CODE128_HEIGHT), (CODE128_QUIET, 0), label)


def modules_across(svg: str) -> int:
    """How many modules a drawing is wide, quiet zones included."""
    return int(svg.split('viewBox="', 1)[1].split()[2])


def _rows(symbol: zxingcpp.Barcode) -> list[bytes]:
    image = memoryview(symbol.to_image(scale=1, add_quiet_zones=False))  # type: ignore[arg-type]
    height, width = image.shape  # type: ignore[misc]
    pixels = image.tobytes()
    return [pixels[y * width : (y + 1) * width] for y in range(height)]


def _line(row: bytes, middle: float) -> str:
    """A row as one thick line, lifted where it is light: half the drawing that rectangles would be."""
    drawn, x, y = [], 0, f"{middle:g}"
    for dark in row.split(_LIGHT):
        if dark:
            drawn.append(f"M{x} {y}L{x + len(dark)} {y}")
        x += len(dark) + 1
    return "".join(drawn)


def _svg(drawn: str, thickness: int, size: tuple[int, int], quiet: tuple[int, int], label: str) -> SafeString:
    box = (-quiet[0], -quiet[1], size[0] + 2 * quiet[0], size[1] + 2 * quiet[1])
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}" role="img" aria-label="{}">'
        '<path fill="none" stroke="#000" stroke-width="{}" d="{}"/></svg>',
        " ".join(map(str, box)),
        label,
        thickness,
        drawn,
    )
