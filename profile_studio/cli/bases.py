"""`bases ...`"""

import sys
from typing import Annotated

import typer

from profile_studio.cli.output import Reply
from profile_studio.cli.parts import absolute_base, open_studio, wait_for_job
from profile_studio.domain.errors import InvalidSettings

app = typer.Typer(help="Base models.")

Base = Annotated[
    str, typer.Argument(metavar="BASE", help="A name as `bases list` shows it, a hub id, a folder, or a checkpoint.")
]


@app.command("list")
def list_() -> Reply:
    """Base models that have a name, and whether they are on this disk."""
    bases = open_studio().bases
    return {
        "bases": [
            {
                "base": base.name,
                "title": base.title,
                "family": base.family,
                "native_size": base.native_size,
                "licence": base.licence,
                "hub": base.hub_id or None,
                "gated": base.is_gated,
                "ready": bases.is_ready(base.name),
            }
            for base in sorted(bases.list(), key=lambda base: base.name)
        ]
    }


@app.command()
def show(base: Base) -> Reply:
    """What is known of a base model, and what of it is missing."""
    facts = open_studio().bases.show(absolute_base(base))
    return {
        "base": facts.base,
        "family": facts.family,
        "native_size": facts.native_size,
        "prediction": facts.prediction,
        "hash": facts.hash,
        "ready": facts.is_ready,
        "missing": list(facts.missing),
    }


@app.command()
def fetch(
    base: Base,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Reads a token of the hub from standard input, and keeps it.")
    ] = False,
) -> Reply:
    """Fetches a base model from the hub, and waits for it."""
    base, studio = absolute_base(base), open_studio()
    token = sys.stdin.readline().strip() if token_stdin else ""
    if token_stdin and not token:
        raise InvalidSettings("There is no token on standard input.", "Write it there as one line.")
    job = wait_for_job(studio, studio.bases.fetch(base, token).id)
    return dict(job.result or {})


@app.command()
def forget(base: Base) -> Reply:
    """Deletes a base model that was fetched."""
    return {"base": base, "freed_bytes": open_studio().bases.forget(base)}
