"""What nobody knew: open questions, their answers, and telling the visitor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from deskapp import settings
from deskapp.db.models.access import Account
from deskapp.db.models.directory import Department, Question
from deskapp.db.models.intake import Visit, Visitor
from deskapp.db.unit_of_work import Work
from deskapp.domain.access import Permission
from deskapp.domain.codes import QUESTION
from deskapp.domain.directory import Seen
from deskapp.domain.intake import Ref
from deskapp.domain.questions import QuestionState, QuestionView, order
from deskapp.domain.text import N_, Text
from deskapp.errors import ConflictError, InputError, RuleError
from deskapp.services.base import Service, reads, writes
from deskapp.services.checks import plain_text
from deskapp.services.intake.keys import standing_id
from deskapp.services.settings import site_value

TOLD_SHOWN_DAYS = 30
"""Questions of whom the visitor was told stay in the list so long."""


class QuestionService(Service):
    """What nobody knew: open questions, their answers, and telling the visitor.

    Whoever is asked first keeps the matter: the question holds who asked, who wrote it down, and until
    when an answer was promised (`settings.QUESTION_HOURS`).
    """

    @writes(Permission.VISIT_WRITE)
    def ask(
        self,
        work: Work,
        text: str,
        visit_id: int | None = None,
        visitor_id: int | None = None,
        department_id: int | None = None,
    ) -> Ref:
        """Keep a question that nobody could answer; visitor and department are the visit's where not given."""
        stored = plain_text("text", text.strip(), required=True)
        visit = _there(work.session, Visit, visit_id)
        if visit is not None:
            visitor_id = visitor_id if visitor_id is not None else visit.visitor_id
            department_id = department_id if department_id is not None else visit.department_id
        _there(work.session, Visitor, visitor_id)
        if visitor_id is not None:
            # A desk may still have the record of before a merge in front.
            visitor_id = standing_id(work.session, visitor_id)
        _there(work.session, Department, department_id)
        hours = site_value(work.session, settings.QUESTION_HOURS)
        row = Question(
            code=work.new_code(QUESTION),
            text=stored,
            visit_id=visit_id,
            visitor_id=visitor_id,
            department_id=department_id,
            asked_by=work.actor.account_id,
            asked_at=work.now,
            due_at=work.now + dt.timedelta(hours=hours),
            state=QuestionState.OPEN,
        )
        work.session.add(row)
        work.session.flush()
        after = {"text": stored, "visitor": visitor_id, "visit": visit_id, "department": department_id}
        work.record("question.ask", "question", row.id, after=after | {"due": row.due_at})
        return _ref(row)

    @writes(Permission.VISIT_WRITE)
    def answer(self, work: Work, seen: Seen, answer: str, department_id: int | None = None) -> Ref:
        """Answer a question, or put its answer right, before the visitor was told; `department_id` is who knew."""
        row = _held(work, seen)
        if row.state is QuestionState.TOLD:
            message = Text(N_("The visitor was told already. Open the question again first."))
            raise RuleError("question.told", message)
        before = {"answer": row.answer, "state": row.state}
        row.answer = plain_text("answer", answer.strip(), required=True)
        if department_id is not None:
            _there(work.session, Department, department_id)
            row.department_id = department_id
        row.state = QuestionState.ANSWERED
        row.answered_by, row.answered_at = work.actor.account_id, work.now
        return _changed(work, row, "question.answer", before)

    @writes(Permission.VISIT_WRITE)
    def told(self, work: Work, seen: Seen) -> Ref:
        """Note that whoever asked was told the answer."""
        row = _held(work, seen)
        if row.state is not QuestionState.ANSWERED:
            message = (
                N_("There is no answer yet.")
                if row.state is QuestionState.OPEN
                else N_("The visitor was told already.")
            )
            raise RuleError("question.no-answer", Text(message))
        before = {"state": row.state}
        row.state = QuestionState.TOLD
        row.told_by, row.told_at = work.actor.account_id, work.now
        return _changed(work, row, "question.told", before)

    @writes(Permission.VISIT_WRITE)
    def reopen(self, work: Work, seen: Seen) -> Ref:
        """Open a question again: the answer was wrong or not enough. What was said stays in the trail."""
        row = _held(work, seen)
        if row.state is QuestionState.OPEN:
            raise RuleError("question.open", Text(N_("This question is open.")))
        before = {
            name: getattr(row, name)
            for name in ("state", "answer", "answered_by", "answered_at", "told_by", "told_at")
        }
        row.state = QuestionState.OPEN
        row.answered_by = row.answered_at = row.told_by = row.told_at = None
        row.due_at = work.now + dt.timedelta(hours=site_value(work.session, settings.QUESTION_HOURS))
        return _changed(work, row, "question.reopen", before)

    @reads(Permission.VISIT_WRITE)
    def open_questions(self, session: Session, *, told: bool = False) -> list[QuestionView]:
        """Return the questions that wait, those with an answer to be told first, then by what is due.

        With `told` those of the last `TOLD_SHOWN_DAYS` whose visitor was told follow.
        """
        waiting = _asked().where(Question.state != QuestionState.TOLD)
        found = sorted(_views(session, waiting), key=order)
        if told:
            since = self.now() - dt.timedelta(days=TOLD_SHOWN_DAYS)
            done = _asked().where(Question.state == QuestionState.TOLD, Question.told_at >= since)
            found += _views(session, done.order_by(Question.told_at.desc()))
        return found

    @reads(Permission.VISIT_WRITE)
    def of_visitor(self, session: Session, visitor_id: int) -> list[QuestionView]:
        """Return what one visitor asked and was not told yet, answers to be told first."""
        mine = _asked().where(_asker == visitor_id, Question.state != QuestionState.TOLD)
        return sorted(_views(session, mine), key=order)

    @reads(Permission.VISIT_WRITE)
    def question(self, session: Session, question_id: int) -> QuestionView:
        """Return one question."""
        session.get_one(Question, question_id)
        return _views(session, _asked().where(Question.id == question_id))[0]


def _there(session: Session, kind: Any, record_id: int | None) -> Any:
    if record_id is None:
        return None
    row = session.get(kind, record_id)
    if row is None:
        raise InputError("text", "question.of-nothing", Text(N_("What this is about is not there any more.")))
    return row


def _held(work: Work, seen: Seen) -> Question:
    row = work.session.get_one(Question, seen.id, with_for_update=True)
    if row.version != seen.version:
        raise ConflictError
    return row


def _changed(work: Work, row: Question, action: str, before: Mapping[str, object]) -> Ref:
    row.version += 1
    work.session.flush()
    after = {name: getattr(row, name) for name in before}
    work.record(action, "question", row.id, before=before, after=after)
    return _ref(row)


def _ref(row: Question) -> Ref:
    return Ref(row.id, row.code, row.version)


_ASKED, _ANSWERED, _TOLD = (aliased(Account) for _ in range(3))
_asker = func.coalesce(Question.visitor_id, Visit.visitor_id)
"""Who asked: somebody without a record when asking may have got one at the visit since."""


def _asked() -> Any:
    return (
        select(Question, Visitor, Department, _ASKED.name, _ANSWERED.name, _TOLD.name)
        .outerjoin(Visit, Visit.id == Question.visit_id)
        .outerjoin(Visitor, Visitor.id == _asker)
        .outerjoin(Department, Department.id == Question.department_id)
        .join(_ASKED, _ASKED.id == Question.asked_by)
        .outerjoin(_ANSWERED, _ANSWERED.id == Question.answered_by)
        .outerjoin(_TOLD, _TOLD.id == Question.told_by)
    )


def _views(session: Session, asked: Any) -> list[QuestionView]:
    return [_view(*row) for row in session.execute(asked)]


def _view(
    row: Question, visitor: Visitor | None, department: Department | None, *names: str | None
) -> QuestionView:
    asked_by, answered_by, told_by = (name or "" for name in names)
    asker, called = (visitor.id, visitor.name) if visitor else (None, "")
    place = department.name if department else None
    return QuestionView(
        *(row.id, row.version, row.code, row.text, asker, called, row.visit_id),
        *(row.department_id, place, asked_by, row.asked_at, row.due_at, row.state, row.answer),
        *(answered_by, row.answered_at, told_by, row.told_at),
    )
