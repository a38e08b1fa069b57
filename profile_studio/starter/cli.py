"""The command line of the recipe."""

import argparse
import importlib
import logging
import os
from pathlib import Path

import torch

from profile_studio.starter.adapters import run as train_adapters
from profile_studio.starter.examples import EXAMPLES
from profile_studio.starter.workspace import Workspace

STAGES: dict[str, tuple[str, str, float]] = {
    "vae": ("profile_studio.starter.vae", "train_vae", 25),
    "text": ("profile_studio.starter.text", "train_text", 4),
    "unet": ("profile_studio.starter.unet", "train_unet", 60),
    "judge": ("profile_studio.starter.judge", "train_judge", 20),
    "critic": ("profile_studio.starter.critic", "train_critic", 18),
    "face": ("profile_studio.starter.face", "train_face", 12),
}
"""Stage to its module, function and default minutes; a stage is imported only when it runs."""

NEEDS_ADAPTERS = "face"
"""The stage that is not part of ``all``: between the starter and it, the product trains the style adapters."""


def _build(workspace: Workspace, stage: str, minutes: float | None) -> None:
    if stage in ("render", "all"):
        from profile_studio.starter.render import render

        render(workspace.renders, os.cpu_count() or 1)
    for name, (module, function, default_minutes) in STAGES.items():
        if stage == name or (stage == "all" and name != NEEDS_ADAPTERS):
            getattr(importlib.import_module(module), function)(workspace, minutes or default_minutes)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m profile_studio.starter", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="train a stage; goes on from its checkpoint")
    build.add_argument("--stage", choices=["render", *STAGES, "all"], default="all")
    build.add_argument("--minutes", type=float, help="training time of the stage")
    for name, explanation in (
        ("export", "write the trained parts to the assets folder"),
        ("evaluate", "measure the shipped models and write metrics.json"),
        ("examples", "draw the example pictures that ship with the studio"),
    ):
        commands.add_parser(name, help=explanation)
    adapters = commands.add_parser("adapters", help="train the style adapters that ship on their examples")
    adapters.add_argument("--only", choices=EXAMPLES, action="append", help="this one; may be said again")
    adapters.add_argument("--steps", type=int, help="instead of the preset's, to try the command")
    for command in commands.choices.values():
        command.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
        command.add_argument("--work", type=Path, default=Path(".build/starter"))
        command.add_argument("--assets", type=Path, default=Path("assets"))
        command.add_argument("--loras", type=Path, default=Path("loras"))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    workspace = Workspace(arguments.work, arguments.assets, torch.device(arguments.device), arguments.loras)
    if arguments.command == "build":
        _build(workspace, arguments.stage, arguments.minutes)
    elif arguments.command == "adapters":
        train_adapters(workspace, tuple(arguments.only or EXAMPLES), arguments.steps)
    else:
        importlib.import_module(f"profile_studio.starter.{arguments.command}").run(workspace)
