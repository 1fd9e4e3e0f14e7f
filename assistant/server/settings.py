"""How a server is run. Everything has a safe default; secrets come from the environment or from a file."""

from __future__ import annotations

import ipaddress
import os
import secrets
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from assistant.environment import said_by
from data.errors import AisleError
from data.store import Store

SECRET_VARIABLE = "AISLE_SECRET"
SHORTEST_SECRET = 32  # characters
GOOD_FOR = 30  # days, of a session token


class ServerSettings(BaseModel):
    """Sizes are in bytes, times in seconds, rates in requests."""

    model_config = ConfigDict(extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    origins: list[str] = Field(default_factory=list)  # of the sites whose pages may talk to it (CORS)
    body_limit: int = 64 * 1024
    request_timeout: float = 60.0
    session_days: int = GOOD_FOR  # how long a session token is good
    guests_per_minute: int = 60  # of one address, where no key is asked for
    trust_proxy: bool = False  # whether `X-Forwarded-For` says who is calling

    @property
    def on_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def signing_secret(store: Store) -> bytes:
    """What session tokens are signed with: `AISLE_SECRET`, the file that `AISLE_SECRET_FILE` names, or one that is made
    in the store's folder for its owner alone. Raises AisleError for one that is too short or cannot be read."""
    said = said_by(SECRET_VARIABLE)
    if said:
        if len(said) < SHORTEST_SECRET:
            raise AisleError(f"{SECRET_VARIABLE} must have {SHORTEST_SECRET} characters or more.")
        return said.encode()
    return _own_secret(store.folder / "secret.key")


def _own_secret(file: Path) -> bytes:
    """Two servers that start at once end up with the same one."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    except OSError as error:
        raise AisleError(f"{file} cannot be written ({error.strerror}): set {SECRET_VARIABLE} instead.") from error
    with os.fdopen(descriptor, "wb") as target:
        secret = secrets.token_hex(32).encode()
        target.write(secret)
    return secret
