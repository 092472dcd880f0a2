"""What a browser says of itself, in two words of ours."""

import time

import pytest

from accounts.agents import BROWSERS, SYSTEMS, Agent, agent_of

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAID = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/126.0.0.0 Safari/537.36": ("Chrome", "Windows"),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0": ("Edge", "Windows"),
    f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/126.0.0.0 Safari/537.36 OPR/111.0.0.0": ("Opera", "Windows"),
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0": ("Firefox", "Linux"),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/126.0.0.0 Safari/537.36": ("Chrome", "ChromeOS"),
    f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/126.0.0.0 Safari/537.36": ("Chrome", "Linux"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15": (
        "Safari",
        "macOS",
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1": (
        "Safari",
        "iPhone",
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile/15E148 Safari/604.1": (
        "Chrome",
        "iPhone",
    ),
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 FxiOS/127.0 Mobile/15E148 Safari/605.1.15": ("Firefox", "iPad"),
    f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {KIT} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet",
        "Android",
    ),
    f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0": ("Edge", "Android"),
    f"Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) {KIT} Chrome/114.0.0.0 HuaweiBrowser/15.0 Mobile Safari/537.36": (
        "Huawei Browser",
        "HarmonyOS",
    ),
    "curl/8.5.0": ("", ""),
    "": ("", ""),
}


@pytest.mark.parametrize(("header", "said"), SAID.items(), ids=[" on ".join(said) for said in SAID.values()])
def test_a_browser_is_called_as_people_call_it(header: str, said: tuple[str, str]) -> None:
    assert agent_of(header) == Agent(*said)


@pytest.mark.parametrize(
    "header", ["<script>", "\x00", "\udc80", "Chrome/" * 100_000, "Version/" + "x" * 100_000 + " Safari/", "(" * 100_000]
)
def test_of_whatever_a_stranger_writes_only_words_of_ours_are_taken(header: str) -> None:
    found = agent_of(header)
    assert found.browser in {"", *BROWSERS}
    assert found.system in {"", *SYSTEMS}


def test_a_long_header_is_not_read_to_its_end() -> None:
    began = time.perf_counter()
    assert agent_of("Version/x " * 10_000) == Agent()
    assert time.perf_counter() - began < 0.5
