"""What a browser says of itself, as two plain words: which browser, on which system.

Nothing of what it says is kept or shown but words of the two lists here: the rest tells people little, and strangers
could write anything into it.
"""

import re
from typing import NamedTuple

# The first that matches is it: most browsers also call themselves by the names of others.
BROWSERS = {
    "Edge": r"\bEdg(?:e|A|iOS)?/",
    "Opera": r"\b(?:OPR|OPiOS|OPT)/",
    "Samsung Internet": r"\bSamsungBrowser/",
    "Huawei Browser": r"\bHuaweiBrowser/",
    "UC Browser": r"\bUCBrowser/",
    "Yandex": r"\bYaBrowser/",
    "DuckDuckGo": r"\b(?:DuckDuckGo|Ddg)/",
    "Firefox": r"\b(?:Firefox|FxiOS)/",
    "Chrome": r"(?:\b|Headless)(?:Chrome|Chromium|CriOS)/",
    "Safari": r"\bVersion/\S+.* Safari/",
}
SYSTEMS = {
    "iPhone": r"\(iPhone\b",
    "iPad": r"\(iPad\b",
    "HarmonyOS": r"\b(?:HarmonyOS|OpenHarmony)\b",
    "Android": r"\bAndroid\b",
    "Windows": r"\bWindows NT\b",
    "ChromeOS": r"\bCrOS\b",
    "macOS": r"\bMacintosh\b",
    "Linux": r"\bLinux\b",
}
LONGEST = 500  # signs that are looked at; browsers need fewer


class Agent(NamedTuple):
    """A browser and its system; empty where it does not say."""

    browser: str = ""
    system: str = ""


def agent_of(header: str) -> Agent:
    """What a User-Agent header says."""
    return Agent(_first(BROWSERS, header[:LONGEST]), _first(SYSTEMS, header[:LONGEST]))


def _first(names: dict[str, str], header: str) -> str:
    return next((name for name, sign in names.items() if re.search(sign, header)), "")
