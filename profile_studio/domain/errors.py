"""The error tree. Every message says what is wrong; every `fix` says what to do.

ProfileStudioError                exit 1  kind "internal"
├── InputError                    exit 2  the person can mend it
│   ├── InvalidName                       kind "invalid_name"
│   ├── InvalidSettings                   kind "invalid_settings"
│   ├── InvalidPicture                    kind "invalid_picture"
│   ├── InvalidDataset                    kind "invalid_dataset"
│   ├── UnknownDataset                    kind "unknown_dataset"
│   ├── InvalidPrompt                     kind "invalid_prompt"
│   ├── InvalidAdapter                    kind "invalid_adapter"
│   │   └── BaseNotTold                   kind "invalid_adapter"
│   ├── UnknownAdapter                    kind "unknown_adapter"
│   ├── NotFinite                         kind "not_finite"
│   ├── InvalidModelSpec                  kind "invalid_model_spec"
│   ├── UnknownJob                        kind "unknown_job"
│   ├── JobNotAllowed                     kind "job_not_allowed"
│   ├── BaseModelMissing                  kind "base_model_missing"
│   │   └── BaseNotFetched                kind "base_model_missing"
│   ├── NotWritable                       kind "not_writable"
│   ├── StudioRunning                     kind "studio_running"
│   └── NotInDemo                         kind "not_in_demo"
├── DatabaseDamaged               exit 1  kind "database_damaged"
├── DatabaseNewer                 exit 1  kind "database_newer"
├── DatabaseBusy                  exit 1  kind "database_busy"
├── DiskFull                      exit 1  kind "disk_full"
├── DatabaseUnreachable           exit 1  kind "database_unreachable"
├── HubUnreachable                exit 1  kind "hub_unreachable"
├── EngineUnavailable             exit 1  kind "engine_unavailable"
├── TrainingFailed                exit 1  kind "training_failed"
├── JudgeMissing                  exit 1  kind "judge_missing"
├── CriticMissing                 exit 1  kind "critic_missing"
    ├── EvaluatorMissing              exit 1  kind "evaluator_missing"
├── CaptionerMissing              exit 1  kind "captioner_missing"
└── Stopped                       exit 1  kind "stopped": a person stopped the work; nothing is wrong
"""

from typing import ClassVar

from profile_studio.domain.sentences import Sentence, Value


class ProfileStudioError(Exception):
    """Something went wrong on our side.

    Args:
        message: one sentence that says what is wrong, as a template of `Sentence`.
        fix: one sentence that says what to do, likewise.
        values: what fills the holes of both. A `Sentence` in place of a template is taken as it is.
    """

    kind: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, fix: str = "Try again; if it stays, run `doctor`.", /, **values: Value) -> None:
        self.message = message if isinstance(message, Sentence) else Sentence(message, **values)
        self.fix = fix if isinstance(fix, Sentence) else Sentence(fix, **values)
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type["ProfileStudioError"], tuple[Sentence, Sentence]]:
        return type(self), (self.message, self.fix)

    def __str__(self) -> str:
        return f"{self.message} {self.fix}"


class InputError(ProfileStudioError):
    """What came in is wrong; the person can mend it."""

    kind = "invalid_input"
    exit_code = 2


class InvalidName(InputError):
    """A data set or adapter name is not allowed."""

    kind = "invalid_name"


class InvalidSettings(InputError):
    """A training, generation or comparison setting is out of range or unknown."""

    kind = "invalid_settings"


class InvalidPicture(InputError):
    """A file is not a usable picture."""

    kind = "invalid_picture"


class InvalidDataset(InputError):
    """A data set cannot be imported or trained on."""

    kind = "invalid_dataset"


class UnknownDataset(InputError):
    """No data set has this name."""

    kind = "unknown_dataset"


class InvalidPrompt(InputError):
    """A prompt cannot be read by the base model or by compel."""

    kind = "invalid_prompt"


class InvalidAdapter(InputError):
    """A LoRA file is unsafe, broken, or for another base model."""

    kind = "invalid_adapter"


class BaseNotTold(InvalidAdapter):
    """A LoRA file does not tell for which base model it is; whoever brings it can."""


class UnknownAdapter(InputError):
    """No adapter has this name."""

    kind = "unknown_adapter"


class NotFinite(InputError):
    """A LoRA, their weights or a base model ends in NaN or infinity instead of a picture."""

    kind = "not_finite"


class InvalidModelSpec(InputError):
    """A model in a comparison is not written as `base`, NAME, NAME=0.6+NAME=0.4 or NAME@STEP."""

    kind = "invalid_model_spec"


class UnknownJob(InputError):
    """No job has this id."""

    kind = "unknown_job"


class JobNotAllowed(InputError):
    """The job is not in a state that allows this."""

    kind = "job_not_allowed"


class BaseModelMissing(InputError):
    """The base model is not on this disk and cannot be fetched."""

    kind = "base_model_missing"


class BaseNotFetched(BaseModelMissing):
    """The base model is one of the hub's, and is to be fetched first."""


class NotWritable(InputError):
    """A folder or file is read-only, or another user's."""

    kind = "not_writable"


class StudioRunning(InputError):
    """Another studio already uses this home folder."""

    kind = "studio_running"


class NotInDemo(InputError):
    """Strangers share this studio, and this would change it for the others."""

    kind = "not_in_demo"


class DatabaseDamaged(ProfileStudioError):
    """The file with all rows cannot be read, or is gone although it was saved before."""

    kind = "database_damaged"


class DatabaseNewer(ProfileStudioError):
    """The tables were made by a newer version of the studio."""

    kind = "database_newer"


class DatabaseBusy(ProfileStudioError):
    """Another program kept the database locked for too long."""

    kind = "database_busy"


class DiskFull(ProfileStudioError):
    """There is no room left on the disk, or in this user's share of it."""

    kind = "disk_full"


class DatabaseUnreachable(ProfileStudioError):
    """The database is on a server, and that does not answer."""

    kind = "database_unreachable"


class HubUnreachable(ProfileStudioError):
    """The hub that base models are fetched from does not answer."""

    kind = "hub_unreachable"


class EngineUnavailable(ProfileStudioError):
    """No engine answers."""

    kind = "engine_unavailable"


class TrainingFailed(ProfileStudioError):
    """A training ended without a usable adapter."""

    kind = "training_failed"


class JudgeMissing(ProfileStudioError):
    """The judge's files are not on this disk, so nothing can be measured."""

    kind = "judge_missing"


class CriticMissing(ProfileStudioError):
    """The face critic's files are not on this disk, so faces cannot be scored."""

    kind = "critic_missing"


class EvaluatorMissing(ProfileStudioError):
    """A network that measures pictures is not on this disk, or its file is broken."""

    kind = "evaluator_missing"


class CaptionerMissing(ProfileStudioError):
    """The model that captions photographs is not on this disk."""

    kind = "captioner_missing"


class Stopped(ProfileStudioError):
    """A person stopped the work."""

    kind = "stopped"
