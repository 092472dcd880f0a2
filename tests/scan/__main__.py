"""Every scanner over the portal, and in the same run over bugs that were planted for them: `make scan`.

Nothing may be found in the portal that was not looked at before, and every planted bug must be found: a scanner that
finds nothing anywhere has proved nothing. The bill of materials stays in `var/scan`.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.scan import code, outside, tools, visits, web
from tests.scan.findings import PLANTED, ROOT, verdict
from tests.scan.servers import PortalSite, Site, planted_site, portal_site
from tests.scan.web import Form

KEPT = ROOT / "var" / "scan"
PLANTED_IN_CODE = {"B301", "B307", "B501", "B602", "B608"}
PLANTED_SECRETS = {"secret-keyword", "hex-high-entropy-string"}
PLANTED_ON_SITE = {"sql-injection", "reflected-cross-site-scripting", "open-redirect", "content-security-policy-configuration"}
# How many seconds wapiti may crawl, as whom; its attacks come after that. Staff last: what they may change, it changes.
CRAWLS = {"": 30, "rafiq": 40, "noura": 60, "huda": 40}
CRAWL_OF_STAFF = 40


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def written(folder: Path) -> list[str]:
    """What the scanners of code find."""
    planted = folder / "planted"
    shutil.copytree(PLANTED, planted)
    wrong = verdict("bandit", code.bandit(code.SOURCES), code.bandit([planted]), PLANTED_IN_CODE)
    wrong += verdict("semgrep", code.semgrep([*code.SOURCES, "templates"]), code.semgrep([planted]), code.rules())
    wrong += verdict("secrets", code.secrets(code.tracked()), code.secrets(["views.py"], planted), PLANTED_SECRETS)
    KEPT.mkdir(parents=True, exist_ok=True)
    return wrong + code.bill_of_materials(KEPT / "bill-of-materials.json")


def graded(folder: Path) -> list[str]:
    """How MDN's Observatory grades every template."""
    tools.npm(folder, tools.OBSERVATORY)
    lists = folder / "node_modules" / "@mdn" / "mdn-http-observatory" / "conf"
    (lists / "hsts-preload.json").write_text("{}")
    (lists / "tld-list.json").write_text('["com", "sa"]')
    pytest = [sys.executable, "-m", "pytest", "-q", "-s", "--no-cov", "--show-capture=no", "tests/scan/observatory.py"]
    done = tools.run([sys.executable, "-m", "muqeem.processes", *pytest], within=400, OBSERVATORY=str(folder), NODE=tools.node())
    say(
        next(
            (f"observatory: {line.lstrip('.')}" for line in done.stdout.splitlines() if " answers, " in line), "observatory: nothing graded"
        )
    )
    return [] if done.returncode == 0 else [f"observatory: {done.stdout[-3000:]}{done.stderr[-500:]}"]


def valid(folder: Path) -> list[str]:
    """What the Nu checker says of every screen, the style sheets and the pictures."""
    screens = folder / "screens"
    screens.mkdir()
    pytest = [sys.executable, "-m", "pytest", "-q", "--no-cov", "--show-capture=no", "tests/scan/validity.py"]
    done = tools.run([sys.executable, "-m", "muqeem.processes", *pytest], within=600, SCREENS=str(screens))
    if done.returncode:
        return [f"no screens: {done.stdout[-3000:]}{done.stderr[-500:]}"]
    command = outside.checker(folder)
    found = outside.nu(command, *screens.glob("*.html"), ROOT / "static" / "css", ROOT / "static" / "img")
    say(f"nu: {len(list(screens.glob('*.html')))} screens, {len(found)} findings")
    return verdict("nu", found, outside.nu(command, PLANTED / "invalid.html"), {"error", "warning"})


def loaded(folder: Path) -> list[str]:
    """How Lighthouse scores the main pages on a slow phone."""
    tools.npm(folder, tools.LIGHTHOUSE)
    wrong = []
    with portal_site() as portal:
        for name, browser, path in visits.main_pages(portal):
            scores = outside.lighthouse(folder, f"{portal.address}{path}", browser.cookie_line())
            say(f"lighthouse: {name}: {scores}")
            wrong += [f"lighthouse: {category} of {name} is {scores[category]}" for category in outside.too_low(scores)]
    with planted_site(folder) as site:
        scores = outside.lighthouse(folder, f"{site.address}/invalid", "")
    wrong += [
        f"lighthouse: blind to what is planted for {category}"
        for category in ("accessibility", "best-practices")
        if scores[category] == 100
    ]
    return wrong


def attacked(folder: Path) -> list[str]:
    """What the scanners of running sites find."""
    with planted_site(folder) as site:
        crawled, _pages = web.wapiti(site, folder, "planted", 30)
        injected = web.sqlmap(site, Form("/search?q=Amal"), folder, 60, "SQLite")
    wrong = verdict("wapiti", [], crawled, PLANTED_ON_SITE) + verdict("sqlmap", [], injected, {"injection"})
    with portal_site() as portal:
        journey = visits.Journey(portal, "rafiq").finish()
        browsers = {
            "": Site(portal.port),
            "rafiq": journey.browser,
            **{name: portal.signed_in(name) for name in ("noura", "huda", "staff")},
        }
        forms = {
            "": visits.forms_of_anybody(),
            "rafiq": visits.forms_of_members(journey),
            "huda": visits.forms_of_clerks(journey),
            "staff": visits.forms_of_staff(),
        }
        starts = visits.starts(journey)
        with ThreadPoolExecutor(2) as two:
            waiting = [two.submit(crawl, browsers[name], folder, name, each, starts.get(name, ())) for name, each in CRAWLS.items()]
            waiting += [two.submit(inject, browsers[name], folder, each) for name, each in forms.items()]
            for each in waiting:
                wrong += each.result()
        wrong += crawl(browsers["staff"], folder, "staff", CRAWL_OF_STAFF)
        return wrong + broken(portal) + [f"no scanner has seen {route}" for route in visits.not_reached(portal)]


def crawl(browser: Site, folder: Path, name: str, seconds: int, starts: Sequence[str] = ()) -> list[str]:
    found, pages = web.wapiti(browser, folder, name or "nobody", seconds, starts)
    say(f"wapiti as {name or 'nobody'}: {pages} pages, {len(found)} findings")
    return [str(finding) for finding in found]


def inject(browser: Site, folder: Path, forms: Iterable[Form]) -> list[str]:
    found = []
    for form in forms:
        found += web.sqlmap(browser, form, folder, 180)
        say(f"sqlmap at {form.path}: {len(found)} findings")
    return [str(finding) for finding in found]


def broken(portal: PortalSite) -> list[str]:
    """The pages that failed under attack."""
    lines = (portal.var / "log" / "web.log").read_text().splitlines()
    failed = {line for line in lines if '"status_code": 500' in line and '"muqeem.access"' not in line}
    return [f"a page failed under attack: {line[:1500]}" for line in sorted(failed)[:5]]


def main() -> int:
    """Run all of it; 0 if nothing is wrong."""
    wrong: list[str] = []
    steps: dict[str, Callable[[Path], list[str]]] = {
        "code": written,
        "html": valid,
        "headers": graded,
        "lighthouse": loaded,
        "attacks": attacked,
    }
    chosen = sys.argv[1:] or list(steps)
    with tempfile.TemporaryDirectory(prefix="muqeem-scan-") as name:
        for step in chosen:
            began = time.monotonic()
            folder = Path(name) / step
            folder.mkdir()
            found = steps[step](folder)
            say(f"=== {step}: {len(found)} wrong, {time.monotonic() - began:.0f} s")
            wrong += found
    say("\n".join(wrong) or "Nothing was found in the portal, and everything that was planted.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
