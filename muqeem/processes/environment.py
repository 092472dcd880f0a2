"""What the settings need, made once and kept in `<var>/env`, so that every command finds the portal running beside it."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

HEADING = (
    "# Written by `manage.py run`. The keys are made once: without them nothing that was sealed or sent can be checked.\n"
    "# The addresses are set anew at each start.\n"
)


def fresh() -> dict[str, str]:
    """Keys of its own and everything else as a demonstration on one machine wants it."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CODE_KEY": secrets.token_urlsafe(32),
        "SEAL_KEY": f"demo-{secrets.token_hex(2)}:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "SMS_URL": "demo:",
        "EMAIL_URL": "consolemail://",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
        "DEMO": "1",
    }


def read(file: Path) -> dict[str, str]:
    """The variables of a file, empty if there is none."""
    if not file.exists():
        return {}
    lines = (line for line in file.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def write(file: Path, variables: Mapping[str, str]) -> None:
    """Replace the file in one step, for its owner's eyes only; an unchanged one is left alone."""
    if read(file) == variables:
        return
    half_written = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(HEADING + "".join(f"{name}={value}\n" for name, value in variables.items()))
        stream.flush()
        os.fsync(stream.fileno())
    half_written.rename(file)
