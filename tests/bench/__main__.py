"""`make bench`: what the portal does in a second on this machine; its tables go to docs/performance.md.

`make bench ARGS="confirmations --residents 200 --clients 1,16"` measures only that; `ARGS=--help` says what there is.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muqeem.processes import CannotStart, environment
from muqeem.processes.__main__ import reachable_programs
from muqeem.processes.child import Child
from muqeem.processes.owner import own, servers_owner
from muqeem.processes.postgres import Postgres, new_password
from muqeem.processes.redis import RedisServer
from muqeem.processes.sockets import short_folder
from muqeem.processes.supervisor import Stopped, Supervisor, say

PARTS = ("confirmations", "journeys", "sign-ins", "pages", "views", "prints")


def numbers(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"what to measure, of {', '.join(PARTS)} (all)")
    parser.add_argument("--residents", type=numbers, default=[200, 100_000], metavar="N,N", help="sizes of the register (200,100000)")
    parser.add_argument("--clients", type=numbers, default=[1, 4, 16], metavar="N,N", help="how many at once (1,4,16)")
    parser.add_argument(
        "--deeds", type=int, default=400, metavar="N", help="confirmations of one measurement, and prints; of others in proportion (400)"
    )
    parser.add_argument("--dry", action="store_true", help="print the tables and leave docs/performance.md as it is")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return asked


@contextmanager
def engines(folder: Path) -> Iterator[Child]:
    """PostgreSQL and Redis with the settings of `make run`, which keep what they are told; the environment names them."""
    owner = servers_owner()
    own(folder, owner)
    programs = reachable_programs(owner, folder)
    postgres = Postgres(folder / "postgres", folder, new_password(), log=folder / "postgres.log", programs=programs, owner=owner)
    redis = RedisServer(folder, log=folder / "redis.log", owner=owner)
    postgres.create()
    server = postgres.child()
    with Supervisor() as supervisor:
        supervisor.start(server, redis.child())
        os.environ |= environment.fresh() | {
            "DJANGO_SETTINGS_MODULE": "muqeem.settings",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "MUQEEM_VAR": str(folder / "var"),
            "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        }
        yield server


def main() -> None:
    asked = arguments()
    with short_folder() as folder, engines(folder) as postgres:
        import django  # noqa: PLC0415 -- its settings want the environment

        django.setup()
        from tests.bench.measure import measure  # noqa: PLC0415 -- models can be imported only now

        measure(asked.parts or PARTS, postgres, residents=asked.residents, clients=asked.clients, deeds=asked.deeds, keep=not asked.dry)


if __name__ == "__main__":
    try:
        main()
    except CannotStart as reason:
        say(str(reason))
        sys.exit(2)
    except Stopped:
        sys.exit(130)
