"""Drives the portal as everybody who comes to it would, and leaves a picture of every screen: `make demo-tour`.

Starts a portal of its own with fresh people and writes to `var/tour/`: every screen in Arabic and in English, at the
widths of a phone and of a desk, some on a wide desk, and each in dark colours.
"""

import shutil
import sys

from tests.browser.chromium import launched
from tests.scan.servers import portal_site
from tests.tour import journeys
from tests.tour.traveller import PICTURES

LANGUAGES = ("ar", "en")


def tour() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    for language in sys.argv[1:] or LANGUAGES:  # a portal for each: what one traveller renews, another cannot renew again
        with portal_site() as portal, launched() as browser:
            for journey in journeys.ALL:
                journey(browser, portal, language)
    sys.stdout.write(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}\n")


if __name__ == "__main__":
    tour()
