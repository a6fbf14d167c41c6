"""Accounts that begin and end, PINs per workstation, anchors of the audit trail, erasure with proof."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
# Only adds: a program of revision 0001 goes on working beside this one.
works_from = "0001"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _account() -> None:
    op.add_column("account", sa.Column("starts", sa.Date(), nullable=True))
    op.add_column("account", sa.Column("ends", sa.Date(), nullable=True))
    op.add_column(
        "account", sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def _account_pin() -> None:
    op.create_table(
        "account_pin",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("workstation", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_pin_account_id")),
        sa.PrimaryKeyConstraint("account_id", "workstation", name=op.f("pk_account_pin")),
    )


def _audit_anchor() -> None:
    op.create_table(
        "audit_anchor",
        sa.Column("workstation", sa.Text(), nullable=False),
        sa.Column("sequence", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_anchor")),
        sa.UniqueConstraint("workstation", "sequence", name=op.f("uq_audit_anchor_workstation_sequence")),
    )


def _erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("topic", "record_id", name=op.f("uq_erasure_topic_record_id")),
    )
    op.create_index("ix_erasure_code", "erasure", ["code"], unique=False)


def _schema_note() -> None:
    op.create_table(
        "schema_note",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("works_from", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_schema_note")),
    )


def upgrade() -> None:
    _account()
    _account_pin()
    _audit_anchor()
    _erasure()
    _schema_note()
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
