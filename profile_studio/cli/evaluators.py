"""`evaluators ...`"""

from typing import Annotated

import typer

from profile_studio.cli.output import Reply
from profile_studio.cli.parts import open_studio, wait_for_job

app = typer.Typer(help="Networks that measure or describe pictures and do not ship.")


@app.command("list")
def list_() -> Reply:
    """Which there are, what each is for, and whether it is on this disk."""
    evaluators = open_studio().evaluators
    return {
        "evaluators": [
            {
                "evaluator": each.name,
                "title": each.title,
                "used_for": each.used_for,
                "licence": each.licence,
                "hub": each.hub_id or None,
                "url": each.address.url if each.address else None,
                "ready": evaluators.is_ready(each.name),
            }
            for each in evaluators.list()
        ]
    }


@app.command()
def fetch(name: Annotated[str, typer.Argument(metavar="NAME", help="A name as `evaluators list` shows it.")]) -> Reply:
    """Fetches an evaluator, and waits for it."""
    studio = open_studio()
    job = wait_for_job(studio, studio.evaluators.fetch(name).id)
    return dict(job.result or {})
