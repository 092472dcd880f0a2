"""What is written: bandit, semgrep with our own rules, secrets, and the list of everything that we are made of."""

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from tests.scan import tools
from tests.scan.findings import HERE, PLANTED, ROOT, Finding

SOURCES = ["muqeem", "accounts", "residency", "manage.py", ".ci"]
LOW = {"LOW", "UNDEFINED"}
WORD_BESIDE_IT = "Secret Keyword"  # whatever is called a password: in tests, those of people who do not exist


def bandit(paths: Iterable[str | Path]) -> list[Finding]:
    """Findings of medium severity and more."""
    done = tools.run([*tools.command(tools.BANDIT, "bandit"), "-q", "-r", "-f", "json", *paths], within=180)
    results = json.loads(done.stdout)["results"]
    return [
        Finding("bandit", each["test_id"], _place(each["filename"]), each["issue_text"])
        for each in results
        if each["issue_severity"] not in LOW
    ]


def semgrep(paths: Iterable[str | Path]) -> list[Finding]:
    """Findings of our own rules; nothing is asked of anybody."""
    rules = HERE / "rules.yml"
    words = ["scan", "--config", rules, "--metrics", "off", "--disable-version-check", "--json", "--no-git-ignore", "--quiet", "--strict"]
    done = tools.run([*tools.command(tools.SEMGREP, "semgrep"), *words, *paths], within=300, may_fail=False)
    return [
        Finding("semgrep", each["check_id"].rpartition(".")[2], _place(each["path"]), f"line {each['start']['line']}")
        for each in json.loads(done.stdout)["results"]
    ]


def rules() -> set[str]:
    """The names of our rules."""
    return set(re.findall(r"^  - id: (\S+)$", (HERE / "rules.yml").read_text(encoding="utf-8"), re.MULTILINE))


def secrets(names: Iterable[str], folder: Path = ROOT) -> list[Finding]:
    """Anything in these files of a folder that looks like a secret."""
    words = [*tools.command(tools.DETECT_SECRETS, "detect-secrets"), "scan", "--all-files", *names]
    results = json.loads(tools.run(words, within=300, folder=folder, may_fail=False).stdout)["results"]
    return [
        Finding("secrets", each["type"].replace(" ", "-").lower(), name, f"line {each['line_number']}")
        for name, found in results.items()
        for each in found
        if not (name.startswith("tests/") and each["type"] == WORD_BESIDE_IT)
    ]


def tracked() -> list[str]:
    """The files of the repository, without those that are planted and the lock of hashes."""
    names = tools.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], within=30, may_fail=False).stdout.splitlines()
    planted = str(PLANTED.relative_to(ROOT))
    return [name for name in names if not name.startswith(planted) and name != "uv.lock" and (ROOT / name).is_file()]


def bill_of_materials(target: Path) -> list[str]:
    """Write what the portal is made of as CycloneDX, and say what in it is not exact or not from the lock."""
    tools.run(
        [tools.uv(), "export", "--quiet", "--locked", "--no-dev", "--format", "cyclonedx1.5", "--output-file", target],
        within=60,
        may_fail=False,
    )
    listed = {(part["name"], part.get("version", "")) for part in json.loads(target.read_text())["components"]}
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = {(package["name"], package["version"]) for package in lock["package"]}
    return [f"bill of materials: {name} {version} is not in the lock" for name, version in sorted(listed - locked)]


def _place(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
