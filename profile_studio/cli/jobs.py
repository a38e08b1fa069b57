"""`jobs ...`"""

from typing import Annotated

import typer

from profile_studio.cli.output import Reply
from profile_studio.cli.parts import open_studio, wait_for_job
from profile_studio.services.jobs import job_facts

app = typer.Typer(help="Long work: trainings and comparisons.")

JobId = Annotated[str, typer.Argument(metavar="ID", help="As `jobs list` shows it.")]


@app.command("list")
def list_() -> Reply:
    """All jobs, newest first."""
    return {"jobs": [job_facts(job) for job in open_studio().jobs.list()]}


@app.command()
def show(job: JobId) -> Reply:
    """How far a job is."""
    return job_facts(open_studio().jobs.get(job))


@app.command()
def cancel(job: JobId) -> Reply:
    """Ends a job for good."""
    return job_facts(open_studio().jobs.cancel(job))


@app.command()
def pause(job: JobId) -> Reply:
    """Makes a job save its state and make room."""
    return job_facts(open_studio().jobs.pause(job))


@app.command()
def resume(job: JobId) -> Reply:
    """Lets a paused job go on where it was, or a failed training at its last whole checkpoint."""
    return job_facts(open_studio().jobs.resume(job))


@app.command()
def wait(job: JobId) -> Reply:
    """Waits until a job is over, as --wait does: exit code 0 if it completed, 1 or 2 if it failed, 1 if canceled."""
    return job_facts(wait_for_job(open_studio(), job))
