"""The live lane: who makes pictures at once, where the engine listens, and how one speaks with it.

One request per connection: a JSON object, answered by JSON objects until `done` or `error`. Closing the connection
stops the work before its next step. Both sides prove that they know the key in `engine.json`, which only this
user can read.
"""

import json
import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, Protocol

from profile_studio.domain.errors import EngineUnavailable
from profile_studio.files.atomic import write_atomically
from profile_studio.jobs.presence import Presence
from profile_studio.settings import Settings

HOST = "127.0.0.1"
MAX_REQUEST_BYTES = 2**20
MAX_REPLY_BYTES = 2**26


class LiveLane(Protocol):
    """Whoever makes pictures at once: the engine's process, or this one where a host demands it (see `app.py`)."""

    def ask(self, message: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        """Sends one request and yields the replies; closing the iterator stops the work.

        Raises:
            EngineUnavailable: none answers.
        """
        ...

    def is_there(self) -> bool:
        """Whether somebody would answer now."""
        ...


@dataclass(frozen=True)
class EngineConnection:
    """The live lane to the engine's process of a home."""

    settings: Settings

    def ask(self, message: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        return ask(self.settings, message)

    def is_there(self) -> bool:
        return engine_answers(self.settings)


@dataclass(frozen=True)
class EngineAddress:
    """Where an engine listens; `key` is hexadecimal."""

    port: int
    key: str
    pid: int

    @classmethod
    def new(cls, port: int) -> "EngineAddress":
        """This process's address with a fresh key."""
        return cls(port, secrets.token_hex(32), os.getpid())


def engine_presence(settings: Settings) -> Presence:
    """Whether the home's engine lives; it alone may write engine.json."""
    return Presence(settings.run_dir, "engine")


def publish_address(settings: Settings, address: EngineAddress) -> None:
    """Writes engine.json, readable by this user only."""
    with write_atomically(_address_path(settings)) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(address), file)


def read_address(settings: Settings) -> EngineAddress:
    """The address of the home's engine, which may be gone already.

    Raises:
        EngineUnavailable: none was started, or its file cannot be read.
    """
    try:
        return EngineAddress(**json.loads(_address_path(settings).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise _nobody_answers() from error


def ask(settings: Settings, message: Mapping[str, Any]) -> Generator[dict[str, Any]]:
    """Sends one request and yields the replies; closing the iterator closes the connection.

    Raises:
        EngineUnavailable: none answers.
    """
    if not engine_presence(settings).is_there():
        raise _nobody_answers()
    address = read_address(settings)
    try:
        connection = Client((HOST, address.port), authkey=bytes.fromhex(address.key))
    except (OSError, EOFError, AuthenticationError) as error:
        raise _nobody_answers() from error
    with connection:
        try:
            send(connection, message)
            while True:
                yield json.loads(connection.recv_bytes(MAX_REPLY_BYTES))
        except (EOFError, ConnectionError):
            return


def send(connection: "Connection[bytes, bytes]", message: Mapping[str, Any]) -> None:
    """Sends one JSON object."""
    connection.send_bytes(json.dumps(message).encode())


def engine_answers(settings: Settings) -> bool:
    """Whether an engine is there."""
    try:
        with closing(ask(settings, {"op": "ping"})) as replies:
            return next(replies, {}).get("event") == "pong"
    except EngineUnavailable:
        return False


def _address_path(settings: Settings) -> Path:
    return settings.run_dir / "engine.json"


def _nobody_answers() -> EngineUnavailable:
    return EngineUnavailable(
        "The engine that makes pictures is not running.",
        "Wait a few seconds; if it does not start, restart the studio.",
    )
