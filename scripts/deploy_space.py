"""Puts this studio on a Hugging Face Space: `make deploy-space NAME=me/my-studio [ZERO_GPU=1]`.

Sends just the files the studio needs at run time, in one commit; what the Space has and this copy has not is removed.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("app.py", "README.md", "LICENSE", "NOTICE", "requirements.txt")
NEEDED_FOLDERS = ("profile_studio", "assets", "loras", "docs/screens")
LEFT_OUT = ("profile_studio/starter/", "__pycache__/")  # the recipe of the base model is no part of the running studio


def main() -> int:
    """Deploys, or says in a sentence why not; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="OWNER/NAME of the Space; it is made if there is none")
    parser.add_argument("--zero-gpu", action="store_true", help="for a Space on ZeroGPU: with its own requirements")
    parser.add_argument("--dry-run", action="store_true", help="list the files and send nothing")
    arguments = parser.parse_args()
    files = space_files(ROOT, zero_gpu=arguments.zero_gpu)
    if arguments.dry_run:
        for name, source in sorted(files.items()):
            print(name if ROOT / name == source else f"{name} <- {source.relative_to(ROOT)}")
        return 0
    return deploy(arguments.name, files, zero_gpu=arguments.zero_gpu)


def space_files(root: Path, *, zero_gpu: bool) -> Mapping[str, Path]:
    """Name in the Space to file here."""
    found = [root / name for name in NEEDED]
    for folder in NEEDED_FOLDERS:
        found += [path for path in (root / folder).rglob("*") if path.is_file()]
    files = {path.relative_to(root).as_posix(): path for path in found}
    files = {name: path for name, path in files.items() if not any(part in name for part in LEFT_OUT)}
    return {**files, "requirements.txt": root / "requirements-zerogpu.txt"} if zero_gpu else files


def deploy(name: str, files: Mapping[str, Path], *, zero_gpu: bool) -> int:
    """Sends the files in one commit; returns the exit code."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, SpaceHardware, get_token
    from huggingface_hub.errors import HfHubHTTPError

    if get_token() is None:
        return refuse("There is no Hugging Face token here.", "Run `hf auth login`, or set HF_TOKEN, and try again.")
    api = HfApi()
    hardware = SpaceHardware.ZERO_A10G if zero_gpu else None  # the hub's name for ZeroGPU, whatever GPU it is this year
    try:
        # A free account may make a Gradio Space on ZeroGPU only, so the hardware is said at once.
        api.create_repo(name, repo_type="space", space_sdk="gradio", space_hardware=hardware, exist_ok=True)
        there = set(api.list_repo_files(name, repo_type="space")) - {".gitattributes"}
        additions = [CommitOperationAdd(path_in_repo=path, path_or_fileobj=source) for path, source in files.items()]
        deletions = [CommitOperationDelete(path_in_repo=path) for path in sorted(there - set(files))]
        api.create_commit(name, [*additions, *deletions], commit_message="Deploy Profile Studio", repo_type="space")
        if hardware:  # of a Space that was there before
            api.request_space_hardware(name, hardware)
    except (HfHubHTTPError, OSError, ValueError) as error:
        return refuse(f"The Space {name!r} could not be written: {error}", "Check the name, the token and the network.")
    print(f"Deployed {len(files)} files: https://huggingface.co/spaces/{name}")
    return 0


def refuse(message: str, fix: str) -> int:
    """Says what is wrong and what to do; returns the exit code for it."""
    print(message, fix, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
