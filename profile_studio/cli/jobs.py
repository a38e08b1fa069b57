"""`jobs ...`"""

from pathlib import Path
from typing import Annotated

import typer

from profile_studio.cli.output import Reply
from profile_studio.cli.parts import open_studio, wait_for_job
from profile_studio.services.training_configs import portable_config, write_config_file

app = typer.Typer(help="Long work: trainings and comparisons.")

JobId = Annotated[str, typer.Argument(metavar="ID", help="As `jobs list` shows it.")]


@app.command("list")
def list_() -> Reply:
    """All jobs, newest first."""
    jobs = open_studio().jobs
    return {"jobs": [jobs.facts(job) for job in jobs.list()]}


@app.command()
def show(job: JobId) -> Reply:
    """How far a job is."""
    jobs = open_studio().jobs
    return jobs.facts(jobs.get(job))


@app.command()
def config(
    job: JobId, out: Annotated[Path | None, typer.Option(help="A file for `train DATASET --config FILE`.")] = None
) -> Reply:
    """Every number of a training, but for its pictures and its name."""
    studio = open_studio()
    training = studio.training.config_of(job)
    if out is not None:
        write_config_file(out, training)
    return {"config": portable_config(training), "file": str(out.resolve()) if out else None}


@app.command()
def cancel(job: JobId) -> Reply:
    """Ends a job for good."""
    jobs = open_studio().jobs
    return jobs.facts(jobs.cancel(job))


@app.command()
def pause(job: JobId) -> Reply:
    """Makes a job save its state and make room."""
    jobs = open_studio().jobs
    return jobs.facts(jobs.pause(job))


@app.command()
def resume(job: JobId) -> Reply:
    """Lets a paused job go on where it was, or a failed training at its last whole checkpoint."""
    jobs = open_studio().jobs
    return jobs.facts(jobs.resume(job))


@app.command()
def wait(job: JobId) -> Reply:
    """Waits until a job is over, as --wait does: exit code 0 if it completed, 1 or 2 if it failed, 1 if canceled."""
    studio = open_studio()
    return studio.jobs.facts(wait_for_job(studio, job))
