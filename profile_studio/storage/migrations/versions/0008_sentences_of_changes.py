"""How a change of a data set is said, with its template and values, for pages in other languages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("dataset_changes", sa.Column("sentence", sa.JSON))
