"""What is exported of visits, in an order and form that depend on nothing but the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deskapp.db.models.directory import Department, Doctor
from deskapp.db.models.intake import Appointment, Charge, QueueNumber, Visit, Visitor, VisitStep
from deskapp.domain.registration import STEPS, SlipState, Step
from deskapp.domain.text import Words
from deskapp.services.transfer.plan import parts
from deskapp.services.transfer.writers import Fen, Heading

_HEADINGS: Final = """
code|就诊号|Visit|Үзлэгийн код
day|日期|Day|Өдөр
opened_at|到院时间|Arrived|Ирсэн цаг
visitor|患者编号|Visitor|Үйлчлүүлэгчийн код
name|姓名|Name|Нэр
sex|性别|Sex|Хүйс
birth_date|出生日期|Birth date|Төрсөн өдөр
phone|电话|Phone|Утас
document_kind|证件类型|Document kind|Бичиг баримтын төрөл
document_number|证件号码|Document number|Бичиг баримтын дугаар
kind|就诊类型|Kind of visit|Үзлэгийн төрөл
first_visit|初诊|First visit|Анхны үзлэг
complaint|主诉|Complaint|Зовиур
urgency|分诊级别|Urgency|Яаралтай байдал
department_code|科室编码|Department code|Тасгийн код
department|科室|Department|Тасаг
doctor_number|医生工号|Doctor number|Эмчийн дугаар
doctor|医生|Doctor|Эмч
override_reason|改派原因|Reason for the choice|Сонголтын шалтгаан
media_source|来源渠道|Heard of us|Хаанаас мэдсэн
media_text|来源说明|Heard of us, in words|Хаанаас мэдсэн тайлбар
appointment_at|预约时间|Appointment|Цаг захиалга
number|号码|Number|Дугаар
slip|号票状态|Slip|Тасалбарын төлөв
arrive|到院|Arrive|Ирэх
greet|迎接|Greet|Угтах
triage|分诊|Triage|Ангилах
register|登记|Register|Бүртгэх
issue|挂号|Number issued|Дугаар олгох
pay|缴费|Pay|Төлөх
escort|陪同|Escort|Хүргэх
return|返岗|Return|Буцах
total_fen|金额（元）|Total in yuan|Нийт (юань)
payment|缴费状态|Payment|Төлбөр
payment_reason|减免原因|Reason for waiving|Чөлөөлсөн шалтгаан
ended|提前结束|Ended early|Эрт дууссан
end_note|结束说明|Note on the end|Дууссан тайлбар
ended_at|结束时间|Ended at|Дууссан цаг
"""
VISIT_HEADINGS: Final = tuple(
    Heading(field, Words(*names))
    for field, *names in (line.split("|") for line in _HEADINGS.split("\n") if line)
)


def visit_days(session: Session, first: dt.date | None, last: dt.date | None) -> list[dt.date]:
    """Return the days with visits, from `first` to `last`, both included."""
    asked = select(Visit.day).distinct().order_by(Visit.day)
    if first:
        asked = asked.where(Visit.day >= first)
    if last:
        asked = asked.where(Visit.day <= last)
    return list(session.scalars(asked))


def visit_rows(session: Session, day: dt.date) -> Iterator[list[tuple[Any, ...]]]:
    """Return a day's visits in order of arrival, part by part, as rows under `VISIT_HEADINGS`."""
    rows = session.execute(_visits(day)).all()
    for part in parts(rows):
        ids = [row.id for row in part]
        numbers, steps, totals = _numbers(session, ids), _steps(session, ids), _totals(session, ids)
        yield [_row(row, numbers.get(row.id), steps.get(row.id, {}), totals.get(row.id, 0)) for row in part]


def _visits(day: dt.date) -> Any:
    return (
        select(
            *(
                Visit.id,
                Visit.code,
                Visit.day,
                Visit.opened_at,
                Visit.kind,
                Visit.first_visit,
                Visit.complaint,
            ),
            *(Visit.urgency, Visit.override_reason, Visit.media_source, Visit.media_text, Visit.payment),
            *(Visit.payment_reason, Visit.ended, Visit.end_note, Visit.ended_at, Appointment.starts_at),
            *(Visitor.code.label("visitor"), Visitor.name, Visitor.sex, Visitor.birth_date, Visitor.phone),
            *(Visitor.document_kind, Visitor.document_number, Department.code.label("department_code")),
            *(Department.name_zh, Department.name_en, Department.name_mn),
            *(Doctor.number.label("doctor_number"), Doctor.name.label("doctor")),
        )
        .outerjoin(Visitor, Visitor.id == Visit.visitor_id)
        .outerjoin(Department, Department.id == Visit.department_id)
        .outerjoin(Doctor, Doctor.id == Visit.doctor_id)
        .outerjoin(Appointment, Appointment.id == Visit.appointment_id)
        .where(Visit.day == day)
        .order_by(Visit.opened_at, Visit.code)
    )


def _row(
    row: Any, number: tuple[str, SlipState] | None, steps: dict[Step, dt.datetime], total: int
) -> tuple[Any, ...]:
    visit = (row.code, row.day, row.opened_at)
    visitor = (
        row.visitor,
        row.name,
        row.sex,
        row.birth_date,
        row.phone,
        row.document_kind,
        row.document_number,
    )
    triage = (row.kind, row.first_visit, row.complaint, row.urgency)
    department = Words(row.name_zh, row.name_en, row.name_mn) if row.department_code else None
    place = (row.department_code, department, row.doctor_number, row.doctor, row.override_reason)
    source = (row.media_source, row.media_text, row.starts_at)
    done = tuple(steps.get(step) for step in STEPS)
    money = (Fen(total), row.payment, row.payment_reason)
    end = (row.ended, row.end_note, row.ended_at)
    return (*visit, *visitor, *triage, *place, *source, *(number or (None, None)), *done, *money, *end)


def _numbers(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, SlipState]]:
    asked = select(QueueNumber.visit_id, QueueNumber.label, QueueNumber.state).where(
        QueueNumber.visit_id.in_(ids)
    )
    # The valid number last, so that it is the one that stays.
    ordered = asked.order_by(QueueNumber.state != SlipState.VOID, QueueNumber.id)
    return {visit: (text, state) for visit, text, state in session.execute(ordered) if visit is not None}


def _steps(session: Session, ids: Sequence[int]) -> dict[int, dict[Step, dt.datetime]]:
    found: dict[int, dict[Step, dt.datetime]] = {}
    asked = select(VisitStep.visit_id, VisitStep.step, VisitStep.done, VisitStep.at)
    for visit, step, done, at in session.execute(
        asked.where(VisitStep.visit_id.in_(ids)).order_by(VisitStep.id)
    ):
        if done:
            found.setdefault(visit, {})[step] = at
        else:
            found.get(visit, {}).pop(step, None)
    return found


def _totals(session: Session, ids: Sequence[int]) -> dict[int, int]:
    total = func.sum(Charge.fen * Charge.quantity)
    asked = (
        select(Charge.visit_id, total)
        .where(Charge.visit_id.in_(ids), ~Charge.removed)
        .group_by(Charge.visit_id)
    )
    return {visit: int(fen) for visit, fen in session.execute(asked)}
