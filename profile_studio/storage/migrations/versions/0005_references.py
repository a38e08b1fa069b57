"""Which pictures are held out for good."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("dataset_images", sa.Column("is_reference", sa.Boolean, nullable=False, server_default=sa.false()))
