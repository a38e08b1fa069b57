"""The command line: everything the page can do, through the same services.

Each command returns one object; `main` prints it for people or, with `--json`, as exactly one JSON object.
"""

from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from profile_studio.cli import (
    adapters,
    backups,
    bases,
    comparison,
    datasets,
    doctor,
    evaluators,
    generation,
    jobs,
    lab,
    training,
    worker,
)
from profile_studio.cli.output import print_error, print_reply
from profile_studio.domain.errors import InputError, ProfileStudioError

app = typer.Typer(
    help="Train a style from your pictures, blend it, and compare. Every command takes --json.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(datasets.app, name="dataset")
app.command("train")(training.train)
app.add_typer(jobs.app, name="jobs")
app.add_typer(adapters.app, name="adapters")
app.add_typer(bases.app, name="bases")
app.add_typer(evaluators.app, name="evaluators")
app.command("generate")(generation.generate)
app.command("compare")(comparison.compare)
app.add_typer(lab.app, name="lab")
app.add_typer(backups.app, name="backup")
app.command("doctor")(doctor.doctor)
app.command("worker")(worker.worker)


def main(arguments: Sequence[str]) -> int:
    """Runs one command; returns the exit code.

    0: done. 2: the input is wrong. 1: it went wrong on our side.
    """
    as_json = "--json" in arguments
    try:
        reply = app(args=[word for word in arguments if word != "--json"], standalone_mode=False)
    except TyperException as error:
        return print_error(
            InputError("{problem}.", "Add --help to see what there is.", problem=error.format_message().rstrip(".")),
            as_json,
        )
    except ProfileStudioError as error:
        return print_error(error, as_json)
    except Exception as error:  # noqa: BLE001  people get a sentence, the log gets the traceback
        return print_error(error, as_json)
    return print_reply(reply, as_json) if isinstance(reply, dict) else 0
