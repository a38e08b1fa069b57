"""How surely a drawing shows a face."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("dataset_images", sa.Column("drawn_face", sa.Float))
