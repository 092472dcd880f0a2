"""Long runs, not collected by default: `make test ARGS="-s tests/bench/races.py"`."""

from tests.live import engines, site  # noqa: F401 -- fixtures
