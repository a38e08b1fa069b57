"""From the names in a comparison to the files that are drawn with and measured against."""

from profile_studio.domain.compared_models import ComparedModel, ComparedModels
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import UnknownDataset
from profile_studio.domain.training import AdapterKind
from profile_studio.settings import Settings
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository
from profile_studio.storage.models import resolve_model
from profile_studio.storage.references import style_reference


def compared_models(
    config: ComparisonConfig, settings: Settings, jobs: JobRepository, datasets: DatasetRepository
) -> ComparedModels:
    """The models' files, and the pictures that each is measured against: the chosen data set's, or those of its own.

    Raises:
        UnknownAdapter, InvalidAdapter, InvalidModelSpec: a model cannot be made.
        UnknownDataset: the chosen data set is not there.
    """
    models = tuple(
        ComparedModel(spec, resolve_model(spec, settings, jobs, config.checkpoints)) for spec in config.models
    )
    if config.dataset is not None:
        names = {model.spec.text: config.dataset for model in models if model.adapters}
        return ComparedModels(models, {config.dataset: style_reference(config.dataset, settings, datasets)}, names)
    found = {model.spec.text: name for model in models if (name := _own_style(model, settings, datasets)) is not None}
    styles = {name: style_reference(name, settings, datasets) for name in dict.fromkeys(found.values())}
    return ComparedModels(models, styles, found)


def _own_style(model: ComparedModel, settings: Settings, datasets: DatasetRepository) -> str | None:
    """The data set of the adapter that weighs most; one for faces is asked last."""
    parts = sorted(model.adapters, key=lambda part: (part.adapter.kind is AdapterKind.FACE, -part.weight))
    return next((name for part in parts if _is_there(name := part.adapter.dataset, settings, datasets)), None)


def _is_there(name: str, settings: Settings, datasets: DatasetRepository) -> bool:
    try:
        style_reference(name, settings, datasets)
    except UnknownDataset:
        return False
    return True
