"""Whether a style adapter moves pictures towards its style, and whether it copies.

    python -m benchmarks.style_gain [--adapter pixel-art] [--example pixel-art] [--base starter] [--seeds 4] [--out DIR]

Draws the sixteen default prompts with each seed, once with the base and once with the adapter, and prints one JSON
object: the share of pairs in which the judge finds the adapter's picture more alike to the example's reference
pictures than the base's, and the share of the adapter's pictures that are nearly copies, both with Wilson's 95 %
interval. With --out, pictures and report are kept there and a second run goes on from them.
"""

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from profile_studio.domain.comparison import BASE, ComparisonConfig, ComparisonReport, parse_model_spec
from profile_studio.domain.jobs import Job, JobKind, JobStatus, ProgressReport, Wish
from profile_studio.metrics.features import Judge
from profile_studio.metrics.scores import copies, style_similarities
from profile_studio.metrics.uncertainty import share_with_interval
from profile_studio.services.comparison import DEFAULT_PROMPTS
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.references import style_reference
from profile_studio.worker.composition import compare

WANTED_SHARE_CLOSER, WANTED_SHARE_COPIES, WANTED_PAIRS = 0.90, 0.05, 64


@dataclass
class UndisturbedContext:
    """A `JobContext` that nobody interrupts."""

    folder: Path
    job: Job

    def report(self, progress: ProgressReport) -> None:
        """Says nothing: the numbers come at the end."""

    def wish(self) -> Wish | None:
        """Nobody wishes anything."""
        return None

    def yield_device(self) -> None:
        """Nobody waits."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default="pixel-art")
    parser.add_argument("--example", default="pixel-art", help="a shipped example or a data set of this home")
    parser.add_argument("--base", default="starter")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--num-inference-steps", type=int, default=20)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(style_gain(arguments, arguments.out or Path(temporary)), indent=1))


def style_gain(arguments: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Draws, measures, and returns the numbers of the issue."""
    settings = Settings()
    settings.create_folders()
    database = Database(settings.resolved_database_url)
    database.upgrade()
    config = ComparisonConfig(
        models=(BASE, parse_model_spec(arguments.adapter)),
        base=arguments.base,
        dataset=arguments.example,
        prompts=DEFAULT_PROMPTS,
        seeds=arguments.seeds,
        num_inference_steps=arguments.num_inference_steps,
    )
    folder.mkdir(parents=True, exist_ok=True)
    compare(config, UndisturbedContext(folder, benchmark_job(JobKind.COMPARE, config)), settings)
    report = TypeAdapter(ComparisonReport).validate_json((folder / "report.json").read_bytes())
    style = style_reference(arguments.example, settings, DatasetRepository(database, settings.datasets_dir))
    judge = Judge(settings.judge_dir)
    reference, training = judge.see(style.reference), judge.see(style.training)
    base, adapter = (
        judge.see([folder / name for name in report.pictures[model]]) for model in ("base", arguments.adapter)
    )
    base_similarity, similarity = style_similarities(base, reference), style_similarities(adapter, reference)
    closer = share_with_interval(int((similarity > base_similarity).sum()), len(similarity))
    copied = share_with_interval(int(copies(adapter, training).sum()), len(adapter))
    return {
        "pairs": len(similarity),
        "closer_to_the_style": asdict(closer),
        "nearly_copies": asdict(copied),
        "nearly_copies_among_reference_pictures": float(copies(reference, training).mean()),
        "style_similarity": {"base": float(base_similarity.mean()), arguments.adapter: float(similarity.mean())},
        "reference_pictures": len(style.reference),
        "judge": judge.encoder,
        "fingerprint": report.fingerprint,
        "met": {
            "pairs": len(similarity) >= WANTED_PAIRS,
            "closer_to_the_style": closer.value >= WANTED_SHARE_CLOSER,
            "nearly_copies": copied.value <= WANTED_SHARE_COPIES,
        },
    }


def benchmark_job(kind: JobKind, config: BaseModel) -> Job:
    """A job that no queue knows, for calling a worker's functions in place."""
    return Job(
        id="benchmark",
        kind=kind,
        status=JobStatus.RUNNING,
        wish=None,
        attempt=1,
        step=0,
        steps=0,
        seconds_left=None,
        note="",
        spec=config.model_dump(mode="json"),
        result=None,
        error=None,
        created_at=0.0,
        started_at=None,
        finished_at=None,
        heartbeat_at=None,
    )


if __name__ == "__main__":
    main()
