"""As whom the servers run. Started by root, they run as a user who owns the data and nothing else."""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muqeem.processes import CannotStart

NAME = "muqeem"


@dataclass(frozen=True)
class Owner:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int

    def credentials(self) -> dict[str, Any]:
        """What makes a new process his: `subprocess.Popen(…, **owner.credentials())`."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def become(self) -> None:
        """Be him from now on, for good."""
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)

    def obstacle(self, path: Path, leave: str = "r") -> Path | None:
        """What keeps him from `path`: the first folder above it that he may not enter, or the path itself."""
        target = path.resolve()
        for folder in [*reversed(target.parents)]:
            if not self._may("x", folder):
                return folder
        return None if self._may(leave, target) else target

    def _may(self, leave: str, path: Path) -> bool:
        # Asked of the kernel as him: modes alone do not tell about access lists, mounts or security modules.
        return subprocess.run(["test", f"-{leave}", path], cwd="/", check=False, **self.credentials()).returncode == 0


def servers_owner() -> Owner | None:
    """The user for the servers when we are root, created where he is missing; None when we are nobody special."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _create()
        entry = pwd.getpwnam(NAME)
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create() -> None:
    command = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if command is None:
        raise CannotStart(f"The servers must not run as root and useradd is missing: create a system user {NAME}.")
    made = subprocess.run(
        [command, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise CannotStart(f"The user {NAME}, as whom the servers run, could not be created: {made.stderr.strip()}.")


def demand_reach(owner: Owner, portal: Path, binaries: Path) -> None:
    """Refuse in one sentence, before anything is started, where the servers could not even read their code."""
    if obstacle := owner.obstacle(portal / "manage.py"):
        raise CannotStart(
            f"The user {owner.name}, as whom the servers run, cannot enter {obstacle}: move this clone to a folder open to "
            "everybody, for example below /srv, or run make as an ordinary user."
        )
    if obstacle := owner.obstacle(Path(sys.executable), "x") or owner.obstacle(binaries, "x"):
        raise CannotStart(
            f"The user {owner.name}, as whom the servers run, cannot enter {obstacle}, where this Python is: install "
            "the system's python3, remove .venv and run make again."
        )


def own(folder: Path, owner: Owner | None) -> None:
    """Make `folder`, for its owner's eyes only, or refuse one that is somebody else's. Nothing above it is touched."""
    uid, gid = (owner.uid, owner.gid) if owner else (os.geteuid(), os.getegid())
    who = owner.name if owner else "you"
    if owner and (obstacle := owner.obstacle(folder.parent, "x")):
        raise CannotStart(
            f"The user {owner.name}, as whom the servers run, cannot enter {obstacle}: "
            "set MUQEEM_VAR to a folder below one open to everybody."
        )
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise CannotStart(f"The data folder {folder} cannot be made ({error.strerror}): make it, or set MUQEEM_VAR.") from error
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        standing = os.fstat(handle)
        if standing.st_uid == 0 and uid != 0 and not any(folder.iterdir()):
            os.fchown(handle, uid, gid)
        elif standing.st_uid != uid:
            raise CannotStart(
                f"The data folder {folder} belongs to another user than {who}: start as that user, or set MUQEEM_VAR to another folder."
            )
        os.fchmod(handle, 0o700)
    finally:
        os.close(handle)
