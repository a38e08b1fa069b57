"""Fetches a model's files from the hub into its local cache, pinned to one commit; what breaks off goes on where it was."""

import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from profile_studio.domain.errors import BaseModelMissing, HubUnreachable
from profile_studio.hub.cache import storage_of

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
        """Fetches the rest of a file; returns where it lies.

        Args:
            on_bytes: told how many more have arrived, many times; what it raises ends the fetch.
        Raises:
            BaseModelMissing: it is not given to whoever asks.
            HubUnreachable: the hub does not answer, or the connection broke.
        """
        from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers

        there = self.storage / "snapshots" / self.commit / name
        if there.exists():
            return there
        with _in_sentences(self.base, self.hub_id):
            url = hf_hub_url(self.hub_id, name, revision=self.commit)
            found = get_hf_file_metadata(url, token=self.token)
            if found.etag is None:
                raise ConnectionError("this is no hub")
            blob = self.storage / "blobs" / found.etag
            if not blob.exists():
                part = blob.with_name(found.etag + _part_ending(self.commit, name))
                part.parent.mkdir(parents=True, exist_ok=True)
                is_elsewhere = _host(found.location) != _host(url)  # a signed address, which is not to learn the token
                with part.open("ab") as file:
                    # The client's own download begins anew, and its Xet one cannot be stopped between two chunks.
                    http_get(
                        found.location,
                        file,
                        resume_size=file.tell(),
                        headers=build_hf_headers(token=False if is_elsewhere else self.token),
                        expected_size=found.size,
                        tqdm_class=cast(Any, lambda **_facts: _Counter(on_bytes)),
                    )
                _check(part, found.etag)
                part.replace(blob)
            # It finds the file there, and gives it its name in the snapshot as the system allows.
            return Path(hf_hub_download(self.hub_id, name, revision=self.commit, token=self.token))

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


class _Counter:
    """What the hub's client takes for a progress bar."""

    def __init__(self, on_bytes: Callable[[int], None]) -> None:
        self.update = on_bytes

    def __enter__(self) -> "_Counter":
        return self

    def __exit__(self, *_error: object) -> None:
        return


def _part_ending(commit: str, name: str) -> str:
    return f".{hashlib.sha256(f'{commit}/{name}'.encode()).hexdigest()[:16]}.incomplete"


def _host(url: str) -> str:
    return url.split("/")[2]


def _check(part: Path, etag: str) -> None:
    if len(etag) != _SHA256_DIGITS:  # a small file: its tag is git's
        return
    with part.open("rb") as file:
        is_whole = hashlib.file_digest(file, "sha256").hexdigest() == etag
    if not is_whole:
        part.unlink()
        raise ConnectionError("the file arrived damaged")


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
            "Accept it at https://huggingface.co/{hub}, make a token at https://huggingface.co/settings/tokens, and give it with `bases fetch {base} --token-stdin`.",
            base=base,
            hub=hub_id,
        )
    if isinstance(error, RepositoryNotFoundError):
        return BaseModelMissing(
            "There is no model {hub!r} on the hub, or it is not shown to you.",
            "Check its name at https://huggingface.co; for a private one give a token with `bases fetch {base} --token-stdin`.",
            base=base,
            hub=hub_id,
        )
    if status == 401:
        return BaseModelMissing(
            "The hub does not accept the token.",
            "Make a new one at https://huggingface.co/settings/tokens and give it with `bases fetch {base} --token-stdin`.",
            base=base,
        )
    return HubUnreachable(
        "The hub does not send {base!r}: it answered {status}.",
        "Fetch again a little later; it goes on where it was.",
        base=base,
        status=status,
    )
