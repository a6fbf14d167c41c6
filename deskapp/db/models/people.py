"""Records of one person that stood apart: likely pairs, merges, and the search for pairs."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from deskapp.db.base import Base, Editable, Identified, coded
from deskapp.domain.duplicates import Band
from deskapp.domain.people import PairState, ScanState


class Merge(Editable, Base):
    """One record taken into another. `moved` is canonical JSON of what was re-pointed and filled in, to take it back."""

    __tablename__ = "visitor_merge"
    kept_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"))
    gone_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"))
    at: Mapped[dt.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(default="")
    moved: Mapped[str]
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        Index("ix_visitor_merge_kept", "kept_id"),
        Index("ix_visitor_merge_gone", "gone_id"),
        CheckConstraint("kept_id <> gone_id", name="two"),
    )


class LikelyPair(Base):
    """Two records that may be one person's, found by a search; the smaller number first."""

    __tablename__ = "likely_pair"
    one_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("visitor.id"), primary_key=True)
    score: Mapped[float] = mapped_column(Float)
    band: Mapped[Band] = mapped_column(coded(Band))
    reasons: Mapped[str]
    found_at: Mapped[dt.datetime]
    state: Mapped[PairState] = mapped_column(coded(PairState))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index("ix_likely_pair_state", "state", "score"),
        Index("ix_likely_pair_other", "other_id"),
        CheckConstraint("one_id < other_id", name="order"),
    )


class PairScan(Identified, Base):
    """A search through all records: how far it is (`after` is the last key done), and what it found."""

    __tablename__ = "pair_scan"
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    state: Mapped[ScanState] = mapped_column(coded(ScanState))
    after: Mapped[str] = mapped_column(default="")
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    blocks: Mapped[int] = mapped_column(default=0)
    compared: Mapped[int] = mapped_column(default=0)
    found: Mapped[int] = mapped_column(default=0)
