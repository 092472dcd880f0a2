"""What a scanner found, and what of it was looked at and is nothing."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PLANTED = HERE / "planted"
REVIEWED = HERE / "reviewed.toml"


@dataclass(frozen=True)
class Finding:
    """One finding of medium weight or more: which rule, where, and in which words."""

    scanner: str
    rule: str
    where: str
    words: str = ""

    def __str__(self) -> str:
        return f"{self.scanner}: {self.rule} at {self.where} {self.words}".rstrip()


def reviewed(scanner: str) -> Counter[tuple[str, str]]:
    """How often each rule is found in a place where it was looked at and is nothing."""
    known = tomllib.loads(REVIEWED.read_text(encoding="utf-8"))
    return Counter({(entry["rule"], entry["where"]): entry.get("times", 1) for entry in known.get(scanner, [])})


def verdict(scanner: str, ours: list[Finding], planted: list[Finding], must_find: set[str]) -> list[str]:
    """What is wrong, in words: findings in the portal, reviews that nothing needs any more, planted bugs not found."""
    known = reviewed(scanner)
    found = Counter((finding.rule, finding.where) for finding in ours)
    wrong = [str(finding) for finding in ours if found[finding.rule, finding.where] > known[finding.rule, finding.where]]
    stale = [key for key in known if found[key] < known[key]]
    wrong += [
        f"{scanner}: {rule} at {where} is reviewed {known[rule, where]} times and found {found[rule, where]}" for rule, where in stale
    ]
    blind = must_find - {finding.rule for finding in planted}
    return wrong + [f"{scanner}: blind to the planted {rule}" for rule in sorted(blind)]
