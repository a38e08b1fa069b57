"""Fetches a model's files from the hub, pinned to one commit; what breaks off goes on where it was."""

import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from profile_studio.domain.errors import BaseModelMissing, HubUnreachable
from profile_studio.hub.cache import storage_of
from profile_studio.hub.download import download, in_part

_ANSWER_TIMEOUT_S = 30.0
_SHA256_DIGITS = 64

# The hub client is imported inside: only a fetch needs it, and it takes a second.


@dataclass(frozen=True)
class HubModel:
    """A model at one commit.

    Args:
        base: what a person calls it.
        sizes: bytes of each of its files, by name.
        token: who asks; None where nobody gave one.
    """

    base: str
    hub_id: str
    commit: str
    sizes: Mapping[str, int]
    token: str | None

    @property
    def storage(self) -> Path:
        """Where the local cache keeps all that it has of the model."""
        return storage_of(self.hub_id)

    def bytes_there(self, name: str) -> int:
        """How much of a file need not be fetched: all of it, or what an earlier fetch got before it broke off."""
        if (self.storage / "snapshots" / self.commit / name).exists():
            return self.sizes[name]
        etags = (self.storage / "blobs").glob(f"*{_part_ending(self.commit, name)}")
        return sum(part.stat().st_size for part in etags)

    def fetch(self, name: str, on_bytes: Callable[[int], None]) -> Path:
        """Fetches the rest of a file into the local cache; returns where it lies.

        Args:
            on_bytes: told how many more have arrived, many times; what it raises ends the fetch.
        Raises:
            BaseModelMissing: it is not given to whoever asks.
            HubUnreachable: the hub does not answer, or the connection broke.
        """
        from huggingface_hub import hf_hub_download

        there = self.storage / "snapshots" / self.commit / name
        if there.exists():
            return there
        with _in_sentences(self.base, self.hub_id):
            location, etag, size = self._ask_for(name)
            blob = self.storage / "blobs" / etag
            if not blob.exists():
                part = blob.with_name(etag + _part_ending(self.commit, name))
                self._download(name, location, part, etag, size, on_bytes)
                part.replace(blob)
            # It finds the file there, and gives it its name in the snapshot as the system allows.
            return Path(hf_hub_download(self.hub_id, name, revision=self.commit, token=self.token))

    def bytes_in(self, folder: Path, name: str) -> int:
        """How much of a file `fetch_into` need not fetch."""
        there = folder / name
        return next((path.stat().st_size for path in (there, in_part(there, self.commit)) if path.exists()), 0)

    def fetch_into(self, folder: Path, name: str, on_bytes: Callable[[int], None]) -> Path:
        """Fetches the rest of a file into a folder of ours, past the cache; as `fetch` otherwise."""
        there = folder / name
        if there.exists():
            return there
        with _in_sentences(self.base, self.hub_id):
            location, etag, size = self._ask_for(name)
            part = in_part(there, self.commit)
            self._download(name, location, part, etag, size, on_bytes)
            part.replace(there)
        return there

    def _ask_for(self, name: str) -> tuple[str, str, int | None]:
        """Where a file is sent from, its tag and its bytes."""
        from huggingface_hub import get_hf_file_metadata, hf_hub_url

        found = get_hf_file_metadata(hf_hub_url(self.hub_id, name, revision=self.commit), token=self.token)
        if found.etag is None:
            raise ConnectionError("this is no hub")
        return found.location, found.etag, found.size

    def _download(
        self, name: str, location: str, part: Path, etag: str, size: int | None, on_bytes: Callable[[int], None]
    ) -> None:
        from huggingface_hub import hf_hub_url

        is_elsewhere = _host(location) != _host(hf_hub_url(self.hub_id, name))  # signed, and not to learn the token
        sha256 = etag if len(etag) == _SHA256_DIGITS else None  # a small file's tag is git's
        download(location, part, size, sha256, on_bytes, token=False if is_elsewhere else self.token)

    def make_newest(self) -> None:
        """Lets every program that looks into the cache find this commit."""
        reference = self.storage / "refs" / "main"
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(self.commit)


def model_on_hub(base: str, hub_id: str, token: str | None) -> HubModel:
    """What the hub has of a model now.

    Raises:
        BaseModelMissing: there is no such model, or not for whoever asks.
        HubUnreachable: the hub does not answer.
    """
    from huggingface_hub import HfApi

    with _in_sentences(base, hub_id):
        found = HfApi().model_info(hub_id, files_metadata=True, token=token, timeout=_ANSWER_TIMEOUT_S)
        if not found.sha:
            raise ConnectionError("this is no hub")
        sizes = {file.rfilename: file.size or 0 for file in found.siblings or []}
        return HubModel(base, hub_id, found.sha, sizes, token)


def _part_ending(commit: str, name: str) -> str:
    return f".{hashlib.sha256(f'{commit}/{name}'.encode()).hexdigest()[:16]}.incomplete"


def _host(url: str) -> str:
    return url.split("/")[2]


@contextmanager
def _in_sentences(base: str, hub_id: str) -> Generator[None]:
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # pyright: ignore[reportPrivateImportUsage]

    try:
        yield
    except HfHubHTTPError as error:
        raise _refusal(error, base, hub_id) from error
    except (HTTPError, ConnectionError, TimeoutError) as error:
        raise _unreachable() from error
    except OSError as error:
        if error.errno is not None:  # of the disk
            raise
        raise _unreachable() from error


def _unreachable() -> HubUnreachable:
    return HubUnreachable(
        "The hub cannot be reached, or the connection broke.",
        "Connect to the network and fetch again; it goes on where it was.",
    )


def _refusal(error: Any, base: str, hub_id: str) -> BaseModelMissing | HubUnreachable:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    status = error.response.status_code
    if status == 403:
        return BaseModelMissing(
            "The licence of {base!r} has not been accepted by the account of the token.",
            "Accept it at https://huggingface.co/{hub}, let the token read gated models, then fetch again.",
            base=base,
            hub=hub_id,
        )
    if isinstance(error, GatedRepoError):
        return BaseModelMissing(
            "{base!r} is given only to those who accepted its licence, and no token says who asks.",
            "Accept it at https://huggingface.co/{hub}, make a token at https://huggingface.co/settings/tokens, and give it beside Fetch or with `bases fetch {base} --token-stdin`.",
            base=base,
            hub=hub_id,
        )
    if isinstance(error, RepositoryNotFoundError):
        return BaseModelMissing(
            "There is no model {hub!r} on the hub, or it is not shown to you.",
            "Check its name at https://huggingface.co; for a private one give a token beside Fetch or with `bases fetch {base} --token-stdin`.",
            base=base,
            hub=hub_id,
        )
    if status == 401:
        return BaseModelMissing(
            "The hub does not accept the token.",
            "Make a new one at https://huggingface.co/settings/tokens and give it beside Fetch or with `bases fetch {base} --token-stdin`.",
            base=base,
        )
    return HubUnreachable(
        "The hub does not send {base!r}: it answered {status}.",
        "Fetch again a little later; it goes on where it was.",
        base=base,
        status=status,
    )
