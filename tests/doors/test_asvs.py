"""The trace of OWASP ASVS is whole: every requirement once, every test there, every reason said, and the sums right."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "asvs.md").read_text()
ASKED = {row["number"]: row["level"] for row in csv.DictReader((ROOT / "tests" / "doors" / "asvs.csv").read_text().splitlines())}

ROW = re.compile(r"^\| ([0-9.]+) \| ([0-9]) \| (.+?) \| (.+) \|$", re.MULTILINE)
REASON = re.compile(r"\*\*(Written|By construction|Host|Not applicable|Not met)\.\*\* (.*)")
TEST = re.compile(r"`(tests/[a-z_/]+\.py)::(test_\w+)`")
SUMS = re.compile(
    r"Of (\d+) requirements, (\d+) are proved by tests, (\d+) are written down as asked, (\d+) hold by construction, (\d+) are settled"
    r" by the host, (\d+) do not apply, and \*\*(\d+) are not met\*\*"
)
KINDS = ["test", "Written", "By construction", "Host", "Not applicable", "Not met"]


@dataclass(frozen=True)
class Row:
    """One requirement, and what is said of it."""

    number: str
    level: str
    gist: str
    proof: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return TEST.findall(self.proof)

    @property
    def kind(self) -> str:
        reason = REASON.match(self.proof)
        return reason[1] if reason else "test"


ROWS = [Row(*found) for found in ROW.findall(PAGE)]


@cache
def held_by(path: str) -> frozenset[str]:
    """The tests that a module holds."""
    file = ROOT / path
    return frozenset(re.findall(r"^def (test_\w+)\(", file.read_text(), re.MULTILINE) if file.exists() else [])


def test_every_requirement_is_there_once_with_its_level() -> None:
    assert Counter((row.number, row.level) for row in ROWS) == Counter(ASKED.items())
    assert Counter(ASKED.values()) == {"1": 62, "2": 146, "3": 6}


def test_every_test_that_is_named_is_there() -> None:
    named = {test for row in ROWS for test in row.tests}
    assert {f"{path}::{name}" for path, name in named if name not in held_by(path)} == set()
    assert len(TEST.findall(PAGE)) == PAGE.count("::test_")  # none is written in a form that nobody looks for
    assert len(named) > 100


def test_every_requirement_has_a_test_or_a_reason_of_more_than_a_few_words() -> None:
    for row in ROWS:
        if reason := REASON.match(row.proof):
            assert len(reason[2].split()) >= 5 or row.kind == "Written", row.number
        else:
            assert row.tests, row.number
        assert len(row.gist.split()) >= 2, row.number
    assert [gist for gist, times in Counter(row.gist for row in ROWS).items() if times > 1] == []


def test_what_is_said_to_be_written_is_written() -> None:
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert {link for link in links if link.startswith("#") and link[1:] not in headings} == set()
    files = {link for link in links if not link.startswith(("#", "https:"))}
    assert {file for file in files if not (ROOT / "docs" / file).exists()} == set()
    assert all("](" in row.proof for row in ROWS if row.kind == "Written")


def test_the_sums_at_the_beginning_are_right() -> None:
    said = SUMS.search(PAGE)
    assert said
    kinds = Counter(row.kind for row in ROWS)
    assert [int(number) for number in said.groups()] == [len(ROWS), *(kinds[kind] for kind in KINDS)]
