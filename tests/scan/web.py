"""What is seen from outside: wapiti crawls and attacks every page and form, sqlmap every parameter."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests.scan import tools
from tests.scan.findings import Finding
from tests.scan.servers import Site

MODULES = "sql,xss,permanentxss,redirect,exec,file,crlf,upload,methods,cookieflags,csp,http_headers,csrf,xxe"
# Said of every site on plain http; tests/doors looks at these two as they are in production.
OF_PLAIN_HTTP = {"secure-flag-cookie", "http-strict-transport-security-(hsts)"}
ENDS_THE_SESSION = ("/sign-out/", "/admin/logout/")


def wapiti(site: Site, folder: Path, name: str, seconds: int, starts: Sequence[str] = ()) -> tuple[list[Finding], int]:
    """What it found, of any weight, and how many addresses it looked at."""
    report = folder / f"wapiti-{name}.json"
    words = [
        *tools.command(tools.WAPITI, "wapiti"), "--url", f"{site.address}/", "--scope", "folder", "--module", MODULES,
        "--cookie-value", site.cookie_line(), "--max-scan-time", str(seconds), "--max-attack-time", str(max(10, seconds // 6)),
        "--max-links-per-page", "60", "--max-files-per-dir", "30", "--depth", "4", "--tasks", "4", "--timeout", "10", "--level", "1",
        "--flush-session", "--store-session", folder / f"wapiti-{name}", "--no-bugreport", "--verbose", "0",
        "--format", "json", "--output", report, "--detailed-report", "1",
    ]  # fmt: skip
    for path in ENDS_THE_SESSION:
        words += ["--exclude", f"{site.address}{path}"]
    for path in starts:
        words += ["--start", f"{site.address}{path}"]
    for _try in range(2):  # on a busy machine its own notes may be locked
        done = tools.run(words, within=seconds * 2 + 240)
        if report.exists():
            break
    else:
        raise RuntimeError(f"wapiti made no report:\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}")
    said = json.loads(report.read_text())
    named = {rule.lower().replace(" ", "-"): found for rule, found in said["vulnerabilities"].items()}
    return [
        Finding("wapiti", rule, f"{each['method']} {each['path']}", each["info"])
        for rule, found in named.items()
        for each in found
        if rule not in OF_PLAIN_HTTP
    ], int(said["infos"].get("crawled_pages_nbr", 0))


@dataclass(frozen=True)
class Form:
    """A request with parameters."""

    path: str
    data: Mapping[str, str] = field(default_factory=dict)


FOUND = re.compile(r"^Parameter: (\S+)", re.MULTILINE)


def sqlmap(site: Site, form: Form, folder: Path, seconds: int, database: str = "PostgreSQL") -> list[Finding]:
    """The parameters of one request through which SQL can be spoken to this kind of database."""
    words = [
        *tools.command(tools.SQLMAP, "sqlmap"), "--url", f"{site.address}{form.path}", "--batch", "--level", "1", "--risk", "1",
        "--technique", "BEUST" if database == "PostgreSQL" else "BEU", "--dbms", database, "--threads", "2", "--time-sec", "3", "--timeout", "10", "--retries", "0", "--skip-waf",
        "--cookie", site.cookie_line(), "--disable-coloring", "--output-dir", folder / "sqlmap", "--flush-session",
        "--param-exclude", "csrfmiddlewaretoken|session|csrf|language", "--ignore-code", "401,403,404,409,410,422,429",
        "--time-limit", str(seconds),
    ]  # fmt: skip
    if form.data:
        words += ["--data", urlencode({**form.data, "csrfmiddlewaretoken": site.cookies["csrf"]})]
    done = tools.run(words, within=seconds + 60)
    if "all tested parameters do not appear to be injectable" not in done.stdout and not FOUND.search(done.stdout):
        raise RuntimeError(f"sqlmap came to no end at {form.path}:\n{done.stdout[-1500:]}")
    return [Finding("sqlmap", "injection", f"{form.path} {name}") for name in FOUND.findall(done.stdout)]
