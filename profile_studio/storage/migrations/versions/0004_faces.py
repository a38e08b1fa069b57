"""How many faces a picture shows, and who counted them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("dataset_images", sa.Column("face_count", sa.Integer))
    op.add_column("datasets", sa.Column("face_detector", sa.String(8)))
