"""The register's migrations as they may be tomorrow: those of today, and two more."""

from residency import migrations

__path__ = [*migrations.__path__, *__path__]
