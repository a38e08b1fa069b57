"""A hub on this computer, and the local cache as the hub's client writes it."""

import hashlib
import json
import re
import shutil
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_SMALL_FILE = 100_000  # what is larger has its sha256 as its tag, as with git-LFS


def put_into_cache(cache: Path, hub_id: str, folder: Path) -> Path:
    """Makes a folder the newest revision of a model in the cache; returns where it lies there."""
    storage = cache / f"models--{hub_id.replace('/', '--')}"
    (storage / "refs").mkdir(parents=True)
    (storage / "refs" / "main").write_text(COMMIT)
    return Path(shutil.copytree(folder, storage / "snapshots" / COMMIT))


@dataclass
class Hub:
    """What it has and how it answers.

    Args:
        models: folder of each hub id.
        refusals: status and `X-Error-Code` for who asks for a file of a hub id.
        accepted_token: any other gets 401; empty takes anybody.
        sent: name and first byte of each file that was asked for.
        tokens: who asked.
    """

    models: dict[str, Path] = field(default_factory=dict)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    accepted_token: str = ""
    sent: list[tuple[str, int]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    address: str = ""


@contextmanager
def running_hub() -> Generator[Hub]:
    """A hub that answers until the block ends."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def answer(self) -> None:
            token = self.headers.get("authorization", "").removeprefix("Bearer ")
            if "/resolve/" in self.path or "/models/" in self.path:  # the client asks for more than models
                hub.tokens.add(token)
            if hub.accepted_token and token not in ("", hub.accepted_token):
                self.refuse(401, "", "Invalid credentials in Authorization header")
                return
            path = self.path.partition("?")[0]
            if asked := re.fullmatch(r"/api/models/([^/]+/[^/]+)", path):
                self.list_files(asked[1])
                return
            asked = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([0-9a-f]{40})/(.+)", path)
            if asked is None or asked[1] not in hub.models or asked[2] != COMMIT:
                self.refuse(404, "RepoNotFound")
            elif asked[1] in hub.refusals:
                self.refuse(*hub.refusals[asked[1]])
            else:
                self.send_file(hub.models[asked[1]] / asked[3], asked[3])

        def list_files(self, hub_id: str) -> None:
            if hub_id not in hub.models:
                self.refuse(401, "RepoNotFound")
                return
            folder = hub.models[hub_id]
            files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
            siblings = [{"rfilename": str(path.relative_to(folder)), "size": path.stat().st_size} for path in files]
            body = json.dumps({"id": hub_id, "sha": COMMIT, "siblings": siblings}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def send_file(self, path: Path, name: str) -> None:
            body = path.read_bytes()
            first = int(self.headers.get("range", "bytes=0-")[6:].partition("-")[0])
            kind = hashlib.sha256 if len(body) > _SMALL_FILE else hashlib.sha1
            self.send_response(206 if first else 200)
            self.send_header("ETag", f'"{kind(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(body) - first))
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
            self.end_headers()
            if self.command == "GET":
                hub.sent.append((name, first))
                self.wfile.write(body[first:])

        def refuse(self, status: int, code: str, message: str = "") -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            self.send_header("X-Error-Message", message)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: ARG002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
