from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from profile_studio.storage.database import HEAD_REVISION, Database, metadata


def test_the_migrations_lead_to_the_tables_the_code_uses(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    database.upgrade()
    with database.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == HEAD_REVISION


def test_opening_an_up_to_date_database_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    Database(f"sqlite:///{path}").upgrade()
    before = path.read_bytes()
    Database(f"sqlite:///{path}").upgrade()
    assert path.read_bytes() == before
