"""The LoRA a training makes, in a column of its own: its name belongs to one unfinished training."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

FINISHED = ("completed", "failed", "canceled")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("adapter_name", sa.String(64)))
    jobs = sa.table(
        "jobs", sa.column("id"), sa.column("kind"), sa.column("status"), sa.column("spec", sa.JSON),
        sa.column("created_at"), sa.column("adapter_name"),
    )  # fmt: skip
    connection = op.get_bind()
    reserved: set[str] = set()
    for row in connection.execute(sa.select(jobs).where(jobs.c.kind == "train").order_by(jobs.c.created_at)).all():
        name = row.spec.get("adapter_name")
        if name is None or (row.status not in FINISHED and name in reserved):
            continue  # the later of two unfinished trainings of one name publishes under a free one
        if row.status not in FINISHED:
            reserved.add(name)
        connection.execute(jobs.update().where(jobs.c.id == row.id).values(adapter_name=name))
    unfinished = sa.text("status NOT IN ('completed', 'failed', 'canceled')")
    op.create_index(
        "jobs_reserved_names", "jobs", ["adapter_name"], unique=True,
        sqlite_where=unfinished, postgresql_where=unfinished,
    )  # fmt: skip
