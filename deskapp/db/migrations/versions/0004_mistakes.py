"""Care that was written down by mistake stays, marked taken back; an item has a price now and another to come."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
# An older program reads in a price list by the code alone, and would write one price over the other.
works_from = "0004"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("care") as care:
        care.add_column(sa.Column("taken_back_at", sa.BigInteger(), nullable=True))
        care.add_column(sa.Column("taken_back_by", BIG_ID, nullable=True))
        care.create_foreign_key(op.f("fk_care_taken_back_by"), "account", ["taken_back_by"], ["id"])
    with op.batch_alter_table("price_item") as price:
        price.drop_constraint(op.f("uq_price_item_code"), type_="unique")
        price.create_unique_constraint(op.f("uq_price_item_code_valid_from"), ["code", "valid_from"])
