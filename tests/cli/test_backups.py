"""The way back from a database that cannot be used, as a person walks it."""

from pathlib import Path
from typing import Any

import pytest

from profile_studio.domain.jobs import JobKind, JobStatus
from profile_studio.jobs.presence import supervisor_presence
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.backups import Backups
from profile_studio.storage.database import HEAD_REVISION, Database
from profile_studio.storage.jobs import JobRepository
from tests.cli.conftest import CommandLine

NOON = 1_700_000_000.0


def damage(file: Path) -> None:
    for part in file.parent.glob("studio.db*"):
        part.write_bytes(b"\xa5" * part.stat().st_size)


def make_newer(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    database.engine.dispose()


def lose(file: Path) -> None:
    for part in file.parent.glob("studio.db*"):
        part.unlink()


@pytest.fixture
def file(settings: Settings) -> Path:
    """A database with a backup that has one queued job; a second one came after it."""
    Studio.open(settings)
    database = Database(settings.resolved_database_url)
    jobs = JobRepository(database)
    jobs.create(JobKind.TRAIN, {"adapter_name": "first"}, 1, 1.0)
    assert database.file
    Backups(database.file).make(NOON)
    jobs.create(JobKind.TRAIN, {"adapter_name": "second"}, 1, 2.0)
    database.engine.dispose()
    return database.file


def check(command_line: CommandLine, name: str) -> dict[str, Any]:
    code, reply = command_line.call("doctor")
    assert code == 0
    return next(check for check in reply["checks"] if check["name"] == name)


@pytest.mark.parametrize(
    ("fault", "kind"), [(damage, "database_damaged"), (make_newer, "database_newer"), (lose, "database_damaged")]
)
def test_the_doctor_names_the_way_back_and_it_leads_back(
    command_line: CommandLine, settings: Settings, file: Path, fault: Any, kind: str
) -> None:
    fault(file)

    code, reply = command_line.call("jobs", "list")
    assert (code, reply["error"]["kind"]) == (1, kind)
    finding = check(command_line, "database")
    assert not finding["works"]
    assert "`python -m profile_studio backup restore` puts the backup studio-2023-11-14.db back" in finding["fix"]

    code, reply = command_line.call("backup", "restore")
    assert (code, reply["restored"], len(reply["paused"])) == (0, "studio-2023-11-14.db", 1)
    assert check(command_line, "database")["works"]
    (job,) = Studio.open(settings).jobs.list()
    assert (job.adapter_name, job.status) == ("first", JobStatus.PAUSED)


def test_without_a_backup_the_doctor_says_what_is_left(command_line: CommandLine, settings: Settings) -> None:
    assert check(command_line, "database")["finding"].startswith("There is none yet")
    database = Database(settings.resolved_database_url)
    database.upgrade()
    database.engine.dispose()
    assert database.file
    damage(database.file)

    assert check(command_line, "database")["fix"].startswith(f"There is no backup. Move {database.file} away")
    code, reply = command_line.call("backup", "restore")
    assert (code, reply["error"]["message"]) == (2, "There is no backup that can be used.")


def test_nothing_is_put_back_under_a_running_studio(command_line: CommandLine, settings: Settings, file: Path) -> None:
    with supervisor_presence(settings).hold():
        code, reply = command_line.call("backup", "restore")

    assert (code, reply["error"]["kind"]) == (2, "studio_running")
    assert len(command_line.call("jobs", "list")[1]["jobs"]) == 2


def test_backups_are_listed_and_can_be_chosen(command_line: CommandLine, settings: Settings, file: Path) -> None:
    Backups(file).make(NOON + 24 * 3600)
    names = [backup["name"] for backup in command_line.call("backup", "list")[1]["backups"]]
    assert names == ["studio-2023-11-15.db", "studio-2023-11-14.db"]

    code, reply = command_line.call("backup", "restore", "studio-2023-11-14.db")
    assert (code, reply["restored"]) == (0, "studio-2023-11-14.db")
    assert command_line.call("backup", "restore", "../studio.db")[0] == 2
    assert Database(settings.resolved_database_url).check_revision() == HEAD_REVISION


def test_a_server_is_backed_up_by_itself(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFILE_STUDIO_DATABASE_URL", "postgresql+psycopg://studio@127.0.0.1:9/nobody")

    finding = check(command_line, "database")
    assert (finding["works"], finding["finding"]) == (False, "The database server at 127.0.0.1 does not answer.")
    assert command_line.call("jobs", "list")[1]["error"]["kind"] == "database_unreachable"
    code, reply = command_line.call("backup", "list")
    assert (code, reply["error"]["fix"]) == (2, "Use the server's own backups, such as pg_dump.")


def test_the_doctor_names_rows_and_folders_that_do_not_fit(
    command_line: CommandLine, settings: Settings, pictures: Path
) -> None:
    assert check(command_line, "files")["works"]
    command_line.call("dataset", "import", str(pictures), "--name", "noise")
    assert check(command_line, "files")["works"]
    folder = settings.datasets_dir / "noise"

    next((folder / "images").iterdir()).unlink()
    finding = check(command_line, "files")
    assert (finding["works"], finding["finding"]) == (False, "Gone from the disk: 1 picture of noise.")

    command_line.call("dataset", "delete", "noise")
    (folder / "images").mkdir(parents=True)
    finding = check(command_line, "files")
    assert (finding["works"], finding["finding"]) == (
        False, "Folders of data sets that the database does not know: noise.",
    )  # fmt: skip
