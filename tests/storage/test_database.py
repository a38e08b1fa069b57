import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from profile_studio.settings import REPOSITORY_ROOT
from profile_studio.storage.database import HEAD_REVISION, Database, metadata
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository

QUERIES_WHILE_THE_QUEUE_LOADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from profile_studio.domain.jobs import JobStatus
from profile_studio.storage.database import jobs

class Meanwhile:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("dbos.", "sqlalchemy.")):
            other_thread.submit(lambda: jobs.c.status == JobStatus.QUEUED).result(timeout=400)

other_thread = ThreadPoolExecutor()
sys.meta_path.insert(0, Meanwhile())
import dbos
"""


def test_the_migrations_lead_to_the_tables_the_code_uses(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    database.upgrade()
    with database.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD_REVISION


def test_pictures_from_before_there_were_references_are_none(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY_ROOT / "profile_studio" / "storage" / "migrations"))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.execute(
            sa.text("INSERT INTO datasets (name, trigger_word, class_word, created_at) VALUES ('old', '', '', 1)")
        )
        connection.execute(
            sa.text(
                "INSERT INTO dataset_images (dataset, image_id, position, original_name, caption, held_out, sha256, "
                "height, width) VALUES ('old', 'a', 0, 'a.png', '', true, 'a', 8, 8)"
            )
        )
    database.upgrade()
    old = DatasetRepository(database, tmp_path).get("old")
    assert ([image.image_id for image in old.held_out_images], old.reference_images) == (["a"], ())


def test_of_old_trainings_that_wait_under_one_name_the_first_has_reserved_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY_ROOT / "profile_studio" / "storage" / "migrations"))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for created_at, status in enumerate(("completed", "paused", "queued"), start=1):
            connection.execute(
                sa.text(
                    "INSERT INTO jobs (id, kind, status, attempt, step, steps, note, spec, created_at) VALUES "
                    "(:id, 'train', :id, 0, 0, 1, '', '{\"adapter_name\": \"mine\"}', :created_at)"
                ),
                {"id": status, "created_at": created_at},
            )
    database.upgrade()
    names = {job.id: job.adapter_name for job in JobRepository(database).find()}
    assert names == {"completed": "mine", "paused": "mine", "queued": None}


def test_opening_an_up_to_date_database_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    Database(f"sqlite:///{path}").upgrade()
    before = _dump(path)
    Database(f"sqlite:///{path}").upgrade()
    assert _dump(path) == before


def _dump(path: Path) -> list[str]:
    """Tables, rows, and how often the tables were changed: the file's own bytes change whenever its log is written back."""
    with closing(sqlite3.connect(path)) as connection:
        return [str(connection.execute("PRAGMA schema_version").fetchone()), *connection.iterdump()]


def test_queries_work_while_another_thread_loads_the_queue() -> None:
    """The first job of a page does that, beside the listeners that ask how the jobs are."""
    done = subprocess.run(
        [sys.executable, "-c", QUERIES_WHILE_THE_QUEUE_LOADS], cwd=REPOSITORY_ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
