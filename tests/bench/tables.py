"""Tables in docs/performance.md: each between two comments with its name, replaced when it was measured again."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.stand import ROOT

PAGE = ROOT / "docs" / "performance.md"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Markdown; the first column is text, the others are figures."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def where_and_when() -> str:
    """The machine and the day."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {cpu[1] if cpu else platform.machine()},"  # noqa: TID251 -- the machine's day
        f" {int(memory[1]) // 1_000_000 if memory else '?'} GB, Linux {platform.release()}, Python {platform.python_version()}."
    )


def keep(name: str, text: str) -> None:
    """Put a table in its place on the page."""
    page = PAGE.read_text(encoding="utf-8")
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not place.search(page):
        raise LookupError(f"{PAGE} has no place for {name}")
    PAGE.write_text(place.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page), encoding="utf-8")
