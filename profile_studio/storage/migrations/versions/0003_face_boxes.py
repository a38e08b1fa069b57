"""Where the largest face of a picture is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("dataset_images", sa.Column("face_box", sa.JSON))
