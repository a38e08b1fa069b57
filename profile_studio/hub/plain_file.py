"""Fetches a file that lies on no hub, by its address; its hash is known beforehand."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from profile_studio.domain.errors import HubUnreachable
from profile_studio.domain.evaluators import Address
from profile_studio.hub.download import download, in_part


@dataclass(frozen=True)
class PlainFile:
    """A file at an address, and where it is to lie."""

    address: Address
    path: Path

    def bytes_there(self) -> int:
        """How much of it need not be fetched."""
        part = in_part(self.path, self.address.sha256)
        return next((path.stat().st_size for path in (self.path, part) if path.exists()), 0)

    def fetch(self, on_bytes: Callable[[int], None]) -> None:
        """Fetches the rest of it.

        Args:
            on_bytes: told how many more have arrived, many times; what it raises ends the fetch.
        Raises:
            HubUnreachable: nobody answers there, another file lies there, or the connection broke.
        """
        from huggingface_hub.errors import HTTPError  # pyright: ignore[reportPrivateImportUsage]

        if self.path.exists():
            return
        part, address = in_part(self.path, self.address.sha256), self.address
        try:
            download(address.url, part, address.n_bytes, address.sha256, on_bytes)
        except (HTTPError, ConnectionError, TimeoutError, OSError) as error:
            if isinstance(error, OSError) and not isinstance(error, ConnectionError) and error.errno is not None:
                raise  # of the disk
            raise HubUnreachable(
                "{host} cannot be reached, the connection broke, or another file lies there now.",
                "Connect to the network and fetch again; it goes on where it was. Or put {file} into {folder} yourself.",
                host=urlsplit(address.url).netloc,
                file=self.path.name,
                folder=str(self.path.parent),
            ) from error
        part.replace(self.path)
