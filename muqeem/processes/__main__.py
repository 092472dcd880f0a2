"""`python -m muqeem.processes COMMAND…`: run a command with engines and an environment of its own, thrown away after it."""

import os
import sys
from pathlib import Path

from muqeem.processes import CannotStart, environment
from muqeem.processes.child import Child
from muqeem.processes.owner import Owner, own, servers_owner
from muqeem.processes.postgres import Postgres, binaries, new_password, stage
from muqeem.processes.redis import RedisServer
from muqeem.processes.sockets import short_folder
from muqeem.processes.supervisor import Stopped, Supervisor, say

# Thrown away after use, so it need not survive the machine, only its own death. Races want many clients, and a test
# may think for long inside a transaction.
THROW_AWAY = {"fsync": "off", "full_page_writes": "off", "max_connections": "300", "idle_in_transaction_session_timeout": "2min"}


def reachable_programs(owner: Owner | None, folder: Path) -> Path:
    """PostgreSQL's programs, copied into `folder` if the servers' owner cannot reach the installed ones."""
    installed = binaries()
    return stage(folder / "programs") if owner and owner.obstacle(installed / "postgres", "x") else installed


def main(command: list[str]) -> int:
    """Run `command` between the start and the stop of the engines; its exit status is ours."""
    owner = servers_owner()
    with short_folder() as folder, Supervisor() as supervisor:
        own(folder, owner)
        postgres = Postgres(
            folder / "postgres",
            folder,
            new_password(),
            log=folder / "postgres.log",
            programs=reachable_programs(owner, folder),
            owner=owner,
            settings=THROW_AWAY,
        )
        redis = RedisServer(folder, log=folder / "redis.log", owner=owner)
        postgres.create()
        supervisor.start(postgres.child(), redis.child())
        variables = environment.fresh() | {
            "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "MUQEEM_VAR": str(folder / "var"),
        }
        return supervisor.run(Child(command[0], command, environment=os.environ | variables))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotStart as reason:
        say(str(reason))
        sys.exit(2)
    except Stopped:
        sys.exit(130)
