"""The waiting line, the door, appointments that move, escorts; places, offers, news, questions; merging people."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
# Only adds. A number that a program of revision 0002 gives gets its place in the line from the next desk that looks.
works_from = "0002"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBERS_WITHOUT_PLACE = """
INSERT INTO queue_entry (visit_id, number_id, queue, day, department_id, doctor_id, standing, joined_at, since,
    appointment_at, calls, absences, room, began_at, finished_at, reason, version)
SELECT visit.id, number.id, number.queue, number.day, visit.department_id, visit.doctor_id,
    CASE WHEN visit.ended = 'left-unseen' THEN 'left'
        WHEN visit.ended = 'emergency' THEN 'emergency'
        WHEN visit.ended IS NOT NULL THEN 'withdrawn'
        WHEN visit.checked_in IS NOT NULL THEN 'finished'
        WHEN number.day < (SELECT max(day) FROM queue_number) THEN 'withdrawn'
        ELSE 'waiting' END,
    number.issued_at, number.issued_at, appointment.starts_at, 0, 0, '', visit.checked_in, visit.ended_at, '', 1
FROM queue_number AS number
JOIN visit ON visit.id = number.visit_id
LEFT JOIN appointment ON appointment.id = visit.appointment_id
WHERE number.state <> 'void' AND visit.department_id IS NOT NULL
    AND number.id = (SELECT max(id) FROM queue_number AS own WHERE own.visit_id = visit.id AND own.state <> 'void')
"""
"""Of who waited before the last day nobody wrote down what became of them."""


def _notice() -> None:
    op.create_table(
        "notice",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_mn", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_mn", sa.Text(), nullable=False),
        sa.Column("on_board", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("code", name=op.f("uq_notice_code")),
    )


def _pair_scan() -> None:
    op.create_table(
        "pair_scan",
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("blocks", BIG_ID, nullable=False),
        sa.Column("compared", BIG_ID, nullable=False),
        sa.Column("found", BIG_ID, nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('running', 'stopped', 'finished')", name=op.f("ck_pair_scan_state_codes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_scan")),
    )


def _phrase() -> None:
    op.create_table(
        "phrase",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("mn", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrase")),
        sa.UniqueConstraint("code", name=op.f("uq_phrase_code")),
    )


def _place() -> None:
    op.create_table(
        "place",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_mn", sa.Text(), nullable=False),
        sa.Column("department_id", BIG_ID, nullable=True),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("floor", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_place_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("code", name=op.f("uq_place_code")),
    )


def _promotion() -> None:
    op.create_table(
        "promotion",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_mn", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_mn", sa.Text(), nullable=False),
        sa.Column("department_id", BIG_ID, nullable=True),
        sa.Column("sex", sa.Integer(), nullable=True),
        sa.Column("age_from", sa.Integer(), nullable=True),
        sa.Column("age_to", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint("sex IN (0, 1, 2, 9)", name=op.f("ck_promotion_sex_codes")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_promotion_department_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
        sa.UniqueConstraint("code", name=op.f("uq_promotion_code")),
    )


def _likely_pair() -> None:
    op.create_table(
        "likely_pair",
        sa.Column("one_id", BIG_ID, nullable=False),
        sa.Column("other_id", BIG_ID, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("band", sa.String(length=32), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decided_by", BIG_ID, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("band IN ('same', 'ask', 'new')", name=op.f("ck_likely_pair_band_codes")),
        sa.CheckConstraint(
            "state IN ('open', 'merged', 'different')", name=op.f("ck_likely_pair_state_codes")
        ),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_likely_pair_order")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_likely_pair_decided_by")),
        sa.ForeignKeyConstraint(["one_id"], ["visitor.id"], name=op.f("fk_likely_pair_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["visitor.id"], name=op.f("fk_likely_pair_other_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_likely_pair")),
    )
    op.create_index("ix_likely_pair_other", "likely_pair", ["other_id"], unique=False)
    op.create_index("ix_likely_pair_state", "likely_pair", ["state", "score"], unique=False)


def _visitor_merge() -> None:
    op.create_table(
        "visitor_merge",
        sa.Column("kept_id", BIG_ID, nullable=False),
        sa.Column("gone_id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", BIG_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_visitor_merge_two")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_visitor_merge_account_id")),
        sa.ForeignKeyConstraint(["gone_id"], ["visitor.id"], name=op.f("fk_visitor_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["visitor.id"], name=op.f("fk_visitor_merge_kept_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["account.id"], name=op.f("fk_visitor_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor_merge")),
    )
    op.create_index("ix_visitor_merge_gone", "visitor_merge", ["gone_id"], unique=False)
    op.create_index("ix_visitor_merge_kept", "visitor_merge", ["kept_id"], unique=False)


def _appointment_event() -> None:
    op.create_table(
        "appointment_event",
        sa.Column("appointment_id", BIG_ID, nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("doctor_id", BIG_ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "act IN ('booked', 'moved', 'cancelled', 'missed', 'fulfilled', 'reopened')",
            name=op.f("ck_appointment_event_act_codes"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appointment_event_account_id")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_appointment_event_appointment_id")
        ),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name=op.f("fk_appointment_event_doctor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_event")),
    )
    op.create_index("ix_appointment_event_appointment", "appointment_event", ["appointment_id"], unique=False)


def _care() -> None:
    op.create_table(
        "care",
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "kind IN ('apology', 'water', 'reading', 'question', 'reassessed')",
            name=op.f("ck_care_kind_codes"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_care_account_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_care_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care")),
    )
    op.create_index("ix_care_visit", "care", ["visit_id"], unique=False)


def _escort() -> None:
    op.create_table(
        "escort",
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("handed_at", sa.BigInteger(), nullable=True),
        sa.Column("handed_to", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_escort_account_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_escort_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escort")),
    )
    op.create_index("ix_escort_returned", "escort", ["returned_at"], unique=False)
    op.create_index("ix_escort_visit", "escort", ["visit_id"], unique=False)


def _greeting() -> None:
    op.create_table(
        "greeting",
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=32), nullable=False),
        sa.Column("has_appointment", sa.Boolean(), nullable=True),
        sa.Column("first_visit", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("appointment_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("taken_by", BIG_ID, nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("visit_id", BIG_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "address IN ('sir', 'madam', 'young', 'other')", name=op.f("ck_greeting_address_codes")
        ),
        sa.CheckConstraint("state IN ('coming', 'taken', 'gone')", name=op.f("ck_greeting_state_codes")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_greeting_account_id")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_greeting_appointment_id")
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_greeting_taken_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_greeting_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_greeting")),
    )
    op.create_index("ix_greeting_state", "greeting", ["state", "at"], unique=False)
    op.create_index("ix_greeting_visit", "greeting", ["visit_id"], unique=False)


def _question() -> None:
    op.create_table(
        "question",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("visitor_id", BIG_ID, nullable=True),
        sa.Column("visit_id", BIG_ID, nullable=True),
        sa.Column("department_id", BIG_ID, nullable=True),
        sa.Column("asked_by", BIG_ID, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", BIG_ID, nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("told_by", BIG_ID, nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint("state IN ('open', 'answered', 'told')", name=op.f("ck_question_state_codes")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_question_answered_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_question_asked_by")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_question_department_id")),
        sa.ForeignKeyConstraint(["told_by"], ["account.id"], name=op.f("fk_question_told_by")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_question_visit_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_question_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("code", name=op.f("uq_question_code")),
    )
    op.create_index("ix_question_state", "question", ["state", "due_at"], unique=False)
    op.create_index("ix_question_visitor", "question", ["visitor_id"], unique=False)


def _queue_entry() -> None:
    op.create_table(
        "queue_entry",
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("number_id", BIG_ID, nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("department_id", BIG_ID, nullable=False),
        sa.Column("doctor_id", BIG_ID, nullable=True),
        sa.Column("standing", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("appointment_at", sa.BigInteger(), nullable=True),
        sa.Column("called_at", sa.BigInteger(), nullable=True),
        sa.Column("called_by", BIG_ID, nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "standing IN ('waiting', 'called', 'parked', 'with-doctor', 'finished', 'left', 'emergency', 'withdrawn')",
            name=op.f("ck_queue_entry_standing_codes"),
        ),
        sa.ForeignKeyConstraint(["called_by"], ["account.id"], name=op.f("fk_queue_entry_called_by")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_queue_entry_department_id")
        ),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name=op.f("fk_queue_entry_doctor_id")),
        sa.ForeignKeyConstraint(["number_id"], ["queue_number.id"], name=op.f("fk_queue_entry_number_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_queue_entry_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_entry")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_queue_entry_visit_id")),
    )
    op.create_index("ix_queue_entry_day", "queue_entry", ["day", "queue"], unique=False)
    op.create_index("ix_queue_entry_standing", "queue_entry", ["standing", "day"], unique=False)


def _queue_event() -> None:
    op.create_table(
        "queue_event",
        sa.Column("entry_id", BIG_ID, nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("undoes_id", BIG_ID, nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "act IN ('joined', 'called', 'called-again', 'requeued', 'no-show', 'parked', 'returned', 'moved', 'started', 'finished', 'left', 'emergency', 'withdrawn', 'carried-over', 'undone')",
            name=op.f("ck_queue_event_act_codes"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_queue_event_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["queue_entry.id"], name=op.f("fk_queue_event_entry_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["queue_event.id"], name=op.f("fk_queue_event_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_event")),
    )
    op.create_index("ix_queue_event_at", "queue_event", ["at"], unique=False)
    op.create_index("ix_queue_event_entry", "queue_event", ["entry_id"], unique=False)


def _columns() -> None:
    op.add_column("appointment", sa.Column("minutes", sa.Integer(), server_default="15", nullable=False))
    op.add_column(
        "appointment", sa.Column("over_booked", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("appointment", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("appointment", sa.Column("uid", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_appointment_doctor", "appointment", ["doctor_id", "starts_at"], unique=False)
    op.create_index("ix_appointment_starts", "appointment", ["starts_at"], unique=False)
    op.create_index("ix_appointment_uid", "appointment", ["uid"], unique=False)
    op.add_column("department", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("department", sa.Column("valid_to", sa.Date(), nullable=True))
    op.add_column("doctor", sa.Column("slot_minutes", sa.Integer(), nullable=True))
    op.add_column("doctor", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("doctor", sa.Column("valid_to", sa.Date(), nullable=True))


def upgrade() -> None:
    _notice()
    _pair_scan()
    _phrase()
    _place()
    _promotion()
    _likely_pair()
    _visitor_merge()
    _appointment_event()
    _care()
    _escort()
    _greeting()
    _question()
    _queue_entry()
    _queue_event()
    _columns()
    op.execute(NUMBERS_WITHOUT_PLACE)
