"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _audit_chain() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sequence", BIG_ID, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_chain")),
    )


def _audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("sequence", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", BIG_ID, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("record_id", BIG_ID, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("chain", "sequence", name=op.f("uq_audit_entry_chain_sequence")),
    )
    op.create_index("ix_audit_entry_record", "audit_entry", ["topic", "record_id"], unique=False)


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("writer", sa.Text(), nullable=False),
        sa.Column("sequence", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("writer", "sequence", name=op.f("pk_change")),
    )


def _department() -> None:
    op.create_table(
        "department",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_mn", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
    )


def _hot_hit() -> None:
    op.create_table(
        "hot_hit",
        sa.Column("prefix", KEY_TEXT, nullable=False),
        sa.Column("rank", BIG_ID, nullable=False),
        sa.Column("visitor_id", BIG_ID, nullable=False),
        sa.PrimaryKeyConstraint("prefix", "rank", "visitor_id", name=op.f("pk_hot_hit")),
        sqlite_with_rowid=False,
    )


def _hot_prefix() -> None:
    op.create_table(
        "hot_prefix",
        sa.Column("prefix", KEY_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_hot_prefix")),
        sqlite_with_rowid=False,
    )


def _logo() -> None:
    op.create_table(
        "logo",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logo")),
    )


def _price_item() -> None:
    op.create_table(
        "price_item",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_mn", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("fen", BIG_ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_price_item_fen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_item")),
        sa.UniqueConstraint("code", name=op.f("uq_price_item_code")),
    )


def _queue_counter() -> None:
    op.create_table(
        "queue_counter",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "day", name=op.f("pk_queue_counter")),
    )


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("use_case", sa.Text(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )


def _setting() -> None:
    op.create_table(
        "setting",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name=op.f("pk_setting")),
    )


def _audit_body() -> None:
    op.create_table(
        "audit_body",
        sa.Column("entry_id", BIG_ID, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_body_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_body")),
    )


def _doctor() -> None:
    op.create_table(
        "doctor",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department_id", BIG_ID, nullable=False),
        sa.Column("speciality", sa.Text(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("own_queue", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_doctor_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doctor")),
        sa.UniqueConstraint("number", name=op.f("uq_doctor_number")),
    )
    op.create_index("ix_doctor_department", "doctor", ["department_id"], unique=False)


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("department_id", BIG_ID, nullable=True),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("hired", sa.Date(), nullable=True),
        sa.Column("left", sa.Date(), nullable=True),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("qualifications", sa.Text(), nullable=False),
        sa.Column("input_method", sa.Text(), nullable=False),
        sa.Column("typing_speed", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_staff_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("number", name=op.f("uq_staff_number")),
    )


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("sign_in", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("staff_id", BIG_ID, nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_account_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("sign_in", name=op.f("uq_account_sign_in")),
    )


def _duty_time() -> None:
    op.create_table(
        "duty_time",
        sa.Column("doctor_id", BIG_ID, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name=op.f("ck_duty_time_when")),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name=op.f("fk_duty_time_doctor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_time")),
    )
    op.create_index("ix_duty_time_doctor", "duty_time", ["doctor_id"], unique=False)


def _visitor() -> None:
    op.create_table(
        "visitor",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sex", sa.Integer(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("birth_time", sa.Time(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("document_kind", sa.String(length=32), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("preferred_name", sa.Text(), nullable=False),
        sa.Column("nationality", sa.Text(), nullable=False),
        sa.Column("ethnicity", sa.Text(), nullable=False),
        sa.Column("marital", sa.Integer(), nullable=False),
        sa.Column("occupation", sa.Text(), nullable=False),
        sa.Column("employer", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_relation", sa.Integer(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("guardian_name", sa.Text(), nullable=False),
        sa.Column("guardian_phone", sa.Text(), nullable=False),
        sa.Column("mother_code", sa.Text(), nullable=False),
        sa.Column("allergy", sa.Integer(), nullable=False),
        sa.Column("allergy_text", sa.Text(), nullable=False),
        sa.Column("insurer", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_visit", sa.BigInteger(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("responsible_doctor_id", BIG_ID, nullable=True),
        sa.Column("merged_into_id", BIG_ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "document_kind IN ('resident-id', 'residence-permit', 'military', 'armed-police', 'hk-macau', 'taiwan', 'passport', 'foreign-resident', 'mongolian', 'newborn', 'other', 'none')",
            name=op.f("ck_visitor_document_kind_codes"),
        ),
        sa.CheckConstraint(
            "identity IN ('document', 'stated', 'newborn', 'unknown')", name=op.f("ck_visitor_identity_codes")
        ),
        sa.CheckConstraint("allergy IN (0, 1, 2)", name=op.f("ck_visitor_allergy_codes")),
        sa.CheckConstraint(
            "contact_relation IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)",
            name=op.f("ck_visitor_contact_relation_codes"),
        ),
        sa.CheckConstraint("marital IN (1, 2, 3, 4, 9)", name=op.f("ck_visitor_marital_codes")),
        sa.CheckConstraint("sex IN (0, 1, 2, 9)", name=op.f("ck_visitor_sex_codes")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["visitor.id"], name=op.f("fk_visitor_merged_into_id")),
        sa.ForeignKeyConstraint(
            ["responsible_doctor_id"], ["doctor.id"], name=op.f("fk_visitor_responsible_doctor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visitor")),
        sa.UniqueConstraint("code", name=op.f("uq_visitor_code")),
    )


def _account_role() -> None:
    op.create_table(
        "account_role",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "role IN ('guide', 'operator', 'leader', 'supervisor', 'training-manager', 'trainer', 'duty-manager', 'administrator')",
            name=op.f("ck_account_role_role_codes"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id")),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_role")),
    )


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("visitor_id", BIG_ID, nullable=False),
        sa.Column("department_id", BIG_ID, nullable=False),
        sa.Column("doctor_id", BIG_ID, nullable=True),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('booked', 'fulfilled', 'cancelled', 'missed')", name=op.f("ck_appointment_state_codes")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_appointment_department_id")
        ),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name=op.f("fk_appointment_doctor_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_appointment_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index("ix_appointment_visitor", "appointment", ["visitor_id", "starts_at"], unique=False)


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("visitor_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint("kind IN ('medical-data', 'communication')", name=op.f("ck_consent_kind_codes")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_consent_account_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_consent_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_visitor", "consent", ["visitor_id"], unique=False)


def _duplicate_key() -> None:
    op.create_table(
        "duplicate_key",
        sa.Column("key", KEY_TEXT, nullable=False),
        sa.Column("visitor_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_duplicate_key_visitor_id")),
        sa.PrimaryKeyConstraint("key", "visitor_id", name=op.f("pk_duplicate_key")),
        sqlite_with_rowid=False,
    )


def _paper_block() -> None:
    op.create_table(
        "paper_block",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_paper_block_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_block")),
    )
    op.create_index("ix_paper_block_queue_day", "paper_block", ["queue", "day"], unique=False)


def _search_key() -> None:
    op.create_table(
        "search_key",
        sa.Column("key", KEY_TEXT, nullable=False),
        sa.Column("visitor_id", BIG_ID, nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_search_key_visitor_id")),
        sa.PrimaryKeyConstraint("key", "visitor_id", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )


def _visit() -> None:
    op.create_table(
        "visit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("visitor_id", BIG_ID, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("first_visit", sa.Boolean(), nullable=False),
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=True),
        sa.Column("pregnant", sa.Boolean(), nullable=False),
        sa.Column("department_id", BIG_ID, nullable=True),
        sa.Column("doctor_id", BIG_ID, nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=False),
        sa.Column("media_source", sa.String(length=32), nullable=True),
        sa.Column("media_text", sa.Text(), nullable=False),
        sa.Column("appointment_id", BIG_ID, nullable=True),
        sa.Column("payment", sa.String(length=32), nullable=False),
        sa.Column("payment_reason", sa.Text(), nullable=False),
        sa.Column("checked_in", sa.BigInteger(), nullable=True),
        sa.Column("doctor_began", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.String(length=32), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "ended IN ('left-unseen', 'emergency', 'other-hospital', 'cancelled')",
            name=op.f("ck_visit_ended_codes"),
        ),
        sa.CheckConstraint(
            "media_source IN ('passer-by', 'friend', 'returning', 'referral', 'television', 'radio', 'newspaper', 'outdoor', 'web-search', 'social-media', 'map-app', 'insurer', 'other')",
            name=op.f("ck_visit_media_source_codes"),
        ),
        sa.CheckConstraint("payment IN ('unpaid', 'paid', 'waived')", name=op.f("ck_visit_payment_codes")),
        sa.CheckConstraint("kind IN (1, 2, 3, 4, 5, 9)", name=op.f("ck_visit_kind_codes")),
        sa.CheckConstraint("urgency BETWEEN 1 AND 4", name=op.f("ck_visit_urgency")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_visit_appointment_id")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_visit_department_id")),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name=op.f("fk_visit_doctor_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["visitor.id"], name=op.f("fk_visit_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("code", name=op.f("uq_visit_code")),
    )
    op.create_index("ix_visit_day", "visit", ["day", "opened_at"], unique=False)
    op.create_index("ix_visit_visitor", "visit", ["visitor_id", "opened_at"], unique=False)


def _charge() -> None:
    op.create_table(
        "charge",
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("item_id", BIG_ID, nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_mn", sa.Text(), nullable=False),
        sa.Column("fen", BIG_ID, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["price_item.id"], name=op.f("fk_charge_item_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_charge_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
    )
    op.create_index("ix_charge_visit", "charge", ["visit_id"], unique=False)


def _queue_number() -> None:
    op.create_table(
        "queue_number",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("visit_id", BIG_ID, nullable=True),
        sa.Column("block_id", BIG_ID, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("waiting_before", sa.Integer(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('issued', 'sent', 'reprinted', 'void')", name=op.f("ck_queue_number_state_codes")
        ),
        sa.ForeignKeyConstraint(["block_id"], ["paper_block.id"], name=op.f("fk_queue_number_block_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_queue_number_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_number")),
        sa.UniqueConstraint("queue", "day", "number", name=op.f("uq_queue_number_queue_day_number")),
    )
    op.create_index("ix_queue_number_visit", "queue_number", ["visit_id"], unique=False)


def _turn() -> None:
    op.create_table(
        "turn",
        sa.Column("department_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("doctor_id", BIG_ID, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("visit_id", BIG_ID, nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_turn_department_id")),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctor.id"], name=op.f("fk_turn_doctor_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_turn_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
    )
    op.create_index("ix_turn_department_day", "turn", ["department_id", "day"], unique=False)


def _visit_step() -> None:
    op.create_table(
        "visit_step",
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "step IN ('arrive', 'greet', 'triage', 'register', 'number', 'pay', 'escort', 'return')",
            name=op.f("ck_visit_step_step_codes"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_visit_step_account_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_step_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_step")),
    )
    op.create_index("ix_visit_step_visit", "visit_step", ["visit_id"], unique=False)


def _vitals() -> None:
    op.create_table(
        "vitals",
        sa.Column("visit_id", BIG_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("readings", sa.Text(), nullable=False),
        sa.Column("news2", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_vitals_account_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_vitals_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vitals")),
    )
    op.create_index("ix_vitals_visit", "vitals", ["visit_id"], unique=False)


def _slip_event() -> None:
    op.create_table(
        "slip_event",
        sa.Column("queue_number_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.CheckConstraint(
            "state IN ('issued', 'sent', 'reprinted', 'void')", name=op.f("ck_slip_event_state_codes")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_slip_event_account_id")),
        sa.ForeignKeyConstraint(
            ["queue_number_id"], ["queue_number.id"], name=op.f("fk_slip_event_queue_number_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_event")),
    )
    op.create_index("ix_slip_event_queue_number", "slip_event", ["queue_number_id"], unique=False)


def upgrade() -> None:
    _audit_chain()
    _audit_entry()
    _change()
    _department()
    _hot_hit()
    _hot_prefix()
    _logo()
    _price_item()
    _queue_counter()
    _request()
    _setting()
    _audit_body()
    _doctor()
    _staff()
    _account()
    _duty_time()
    _visitor()
    _account_role()
    _appointment()
    _consent()
    _duplicate_key()
    _paper_block()
    _search_key()
    _visit()
    _charge()
    _queue_number()
    _turn()
    _visit_step()
    _vitals()
    _slip_event()
