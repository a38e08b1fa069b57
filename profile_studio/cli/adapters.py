"""`adapters ...`"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from profile_studio.cli.output import Reply
from profile_studio.cli.parts import absolute_base, open_studio
from profile_studio.domain.adapters import Adapter
from profile_studio.domain.comparison import parse_model_spec
from profile_studio.domain.errors import InvalidModelSpec
from profile_studio.services.adapters import ExportFormat

app = typer.Typer(help="LoRA files.")

Name = Annotated[str, typer.Argument(help="Name of the LoRA.")]


@app.command("list")
def list_(base: Annotated[str | None, typer.Option(help="Only those for this base model.")] = None) -> Reply:
    """Names of the LoRAs, and what lies beside them and cannot be used."""
    service = open_studio().adapters
    adapters = service.list(absolute_base(base) if base else None)
    return {
        "adapters": sorted(adapter.name for adapter in adapters),
        "skipped": [asdict(entry) for entry in service.unreadable()],
    }


@app.command()
def show(name: Name) -> Reply:
    """What a LoRA says about itself."""
    return _reply(open_studio().adapters.get(name))


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="A .safetensors file, or a folder as peft writes it.")],
    name: Annotated[str | None, typer.Option(help="Default: from the file's name.")] = None,
    base: Annotated[str | None, typer.Option(help="Its base model, if the file does not tell.")] = None,
) -> Reply:
    """Takes a LoRA in."""
    return _reply(open_studio().adapters.import_file(source, name, absolute_base(base) if base else None))


@app.command()
def blend(
    spec: Annotated[str, typer.Argument(help="NAME=0.6+NAME=0.4")],
    name: Annotated[str, typer.Option(help="Name of the new LoRA.")],
    rank: Annotated[
        int | None, typer.Option(min=1, help="The largest of a layer; default: the sum of theirs, which is exact.")
    ] = None,
) -> Reply:
    """Writes several LoRAs as one that draws the same."""
    adapter, error = open_studio().adapters.blend(spec, name, rank)
    return {"adapter": adapter.name, "file": str(adapter.path), "rank": adapter.rank, "relative_error": error}


@app.command()
def delete(name: Name) -> Reply:
    """Removes a LoRA of yours; those that ship stay."""
    open_studio().adapters.delete(name)
    return {"deleted": name}


@app.command()
def keep(
    step: Annotated[str, typer.Argument(metavar="NAME@STEP", help="A step that its training kept.")],
) -> Reply:
    """Makes another step of its training the LoRA; the others stay."""
    spec = parse_model_spec(step)
    if spec.checkpoint_step is None:
        raise InvalidModelSpec("{text!r} names no step.", "Write NAME@STEP.", text=step)
    checkpoints = open_studio().checkpoints
    training = checkpoints.newest_training_of(spec.adapters[0].adapter_name)
    return _reply(checkpoints.keep(training.id, spec.checkpoint_step))


@app.command()
def export(
    name: Name,
    out: Annotated[Path, typer.Option(help="The file to write; for peft, the folder.")],
    format_: Annotated[ExportFormat, typer.Option("--format")] = "diffusers",
) -> Reply:
    """Writes a LoRA as other programs read it."""
    written = open_studio().adapters.export(name, format_, out)
    return {"adapter": name, "format": format_, "file": str(written.resolve())}


def _reply(adapter: Adapter) -> Reply:
    return {
        "adapter": adapter.name,
        "file": str(adapter.path),
        "kind": adapter.kind.value,
        "base": adapter.base or None,
        "base_hash": adapter.base_hash or None,
        "trigger_word": adapter.trigger_word or None,
        "class_word": adapter.class_word or None,
        "rank": adapter.rank,
        "network_alpha": adapter.network_alpha,
        "steps": adapter.num_train_steps or None,
        "dataset": adapter.dataset or None,
        "dataset_version": adapter.dataset_version or None,
        "ships": adapter.ships,
        "size_bytes": adapter.size_bytes,
    }
