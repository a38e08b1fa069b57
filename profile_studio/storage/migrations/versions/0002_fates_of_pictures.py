"""Why a picture is kept or set aside, how often it counts, who wrote its caption, and what was changed when."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for column in (
        sa.Column("repeats", sa.Integer, nullable=False, server_default="1"),
        sa.Column("is_kept", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("reason", sa.String(32)),
        sa.Column("measure", sa.Float),
        sa.Column("other", sa.Text, nullable=False, server_default=""),
        sa.Column("group_id", sa.String(32), nullable=False, server_default=""),
        sa.Column("measures", sa.JSON),
        sa.Column("caption_source", sa.String(8), nullable=False, server_default=""),
    ):
        op.add_column("dataset_images", column)
    op.create_table(
        "dataset_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dataset", sa.String(64), sa.ForeignKey("datasets.name", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("captions_before", sa.JSON),
    )
    op.create_index("ix_dataset_changes_dataset", "dataset_changes", ["dataset"])
