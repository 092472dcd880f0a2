"""What the portal is made of: every package in one exact version with its hash, and nothing of a workshop left open."""

import re
import tomllib
from pathlib import Path

from django.conf import settings

from tests.doors.production import production_settings
from tests.scan import tools

ROOT = Path(settings.BASE_DIR)
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
OTHERS = [package for package in LOCK if "registry" in package["source"]]


def test_the_lock_holds_every_package_that_is_asked_for_and_nothing_from_elsewhere() -> None:
    assert len(OTHERS) > 60
    assert [package["name"] for package in LOCK if package not in OTHERS] == ["muqeem"]


def test_every_package_has_one_version_and_every_file_its_hash() -> None:
    for package in OTHERS:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]) for file in files), package["name"]
    assert len({package["name"] for package in OTHERS}) == len(OTHERS)


def test_what_is_installed_is_what_is_locked() -> None:
    prepared = (ROOT / ".ci" / "prepare").read_text()
    assert prepared.count("uv sync $quiet --locked") == prepared.count("uv sync") == 2
    assert re.search(r"'uv==[0-9.]+'", prepared)


def test_every_scanner_has_one_version() -> None:
    named = [value for name, value in vars(tools).items() if name.isupper() and isinstance(value, str)]
    assert len(named) == 10
    assert all(re.fullmatch(r"[@a-z0-9/-]+(?:==|@)[0-9.]+", value) for value in named)


def test_nothing_of_a_workshop_is_left_open() -> None:
    found = production_settings()
    assert found["DEBUG"] is False
    assert not {"debug_toolbar", "django_extensions", "silk"} & set(found["INSTALLED_APPS"])
    assert not any("DEBUG" in line and "env" in line for line in (ROOT / "muqeem" / "settings.py").read_text().splitlines())
