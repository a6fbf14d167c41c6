"""Accounts, settings and the machinery every write passes: requests, audit, changes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from deskapp.db.base import Base, Editable, Identified, coded
from deskapp.domain.access import Role


class Account(Editable, Base):
    """Somebody who can sign in. The sign-in name is stored case-folded beside what was typed."""

    __tablename__ = "account"
    sign_in: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    password_hash: Mapped[str]
    pin_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    blocked_until: Mapped[dt.datetime | None]


class AccountRole(Base):
    """One role of one account."""

    __tablename__ = "account_role"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(coded(Role), primary_key=True)


class Setting(Base):
    """A stored option; `scope` is the site, or one workstation's or account's name."""

    __tablename__ = "setting"
    scope: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Logo(Base):
    """The hospital's logo as the PNG that was given; one row."""

    __tablename__ = "logo"
    id: Mapped[int] = mapped_column(primary_key=True)
    png: Mapped[bytes]


class Request(Base):
    """A write that was carried out: a retry under the same id gets this result again."""

    __tablename__ = "request"
    id: Mapped[str] = mapped_column(primary_key=True)
    use_case: Mapped[str]
    result: Mapped[bytes]
    at: Mapped[dt.datetime]


class AuditChain(Base):
    """Head of one hash chain: one per desk and per background job."""

    __tablename__ = "audit_chain"
    name: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    head: Mapped[bytes]


class AuditEntry(Identified, Base):
    """One line of a chain. It hashes a salted digest, so that the body can be erased lawfully."""

    __tablename__ = "audit_entry"
    chain: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str]
    topic: Mapped[str]
    record_id: Mapped[int | None]
    digest: Mapped[bytes]
    hash: Mapped[bytes]
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        Index("ix_audit_entry_record", "topic", "record_id"),
    )


class AuditBody(Base):
    """The erasable part of a line: canonical JSON of before and after, and its salt."""

    __tablename__ = "audit_body"
    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    salt: Mapped[bytes]
    body: Mapped[bytes]


class Change(Base):
    """What a write touched, for the other desks. Readers keep a watermark per writer."""

    __tablename__ = "change"
    writer: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    touched: Mapped[str]
