"""A person's card; likely pairs, merging and taking a merge back; a person's data for the person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import insert
from sqlalchemy.orm import Session

from deskapp.db.base import table_of
from deskapp.db.engine import Store
from deskapp.db.faults import disk_error
from deskapp.db.models.intake import Consent, Visitor
from deskapp.db.unit_of_work import Clock, Work
from deskapp.domain.access import Actor, Permission
from deskapp.domain.changes import Changes
from deskapp.domain.codes import EXPORT
from deskapp.domain.directory import Seen
from deskapp.domain.people import PairState
from deskapp.domain.registration import ConsentKind
from deskapp.domain.visitor_rules import needs_guardian
from deskapp.services.base import Done, Service, composed, reads, writes
from deskapp.services.checks import plain_line
from deskapp.services.intake import cards, merging, pairs
from deskapp.services.intake.cards import EditLine, PersonCard, WholeNumbers
from deskapp.services.intake.keys import standing_id
from deskapp.services.intake.merging import MergeRef, standing_visitor
from deskapp.services.intake.pairs import Comparison, PairId, PairPart, Place, ScanView
from deskapp.services.intake.papers import letterhead
from deskapp.services.intake.person_file import person_data
from deskapp.services.intake.person_paper import PersonSheet, paper_of
from deskapp.services.transfer.writers import Mark

PAIRS_AT_ONCE: Final = 100
EDITS_AT_ONCE: Final = 200


class PeopleService(Service):
    """A person's card; likely pairs, merging and taking a merge back; a person's data for the person."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        super().__init__(store, clock)
        self.searcher = pairs.Searcher(store)

    # --- The card -----------------------------------------------------------------------------------------------

    @reads(Permission.VISITOR_READ, sensitive="visitor")
    def card(self, session: Session, visitor_id: int) -> PersonCard:
        """Return everything of one person; a record that was merged leads to the one that was kept."""
        return cards.card(session, visitor_id, self.now())

    @reads(Permission.VISITOR_READ, sensitive="numbers")
    def whole_numbers(self, session: Session, visitor_id: int) -> WholeNumbers:
        """Return the phones and document numbers that the card masks; who asked is written down."""
        return cards.whole_numbers(session, visitor_id)

    @reads(Permission.VISITOR_READ, sensitive="visitor")
    def edits(self, session: Session, visitor_id: int, limit: int = EDITS_AT_ONCE) -> list[EditLine]:
        """Return who changed the record when, and what, the latest change first; numbers are masked."""
        return cards.edits(session, visitor_id, limit)

    @writes(Permission.VISITOR_WRITE)
    def answer_consent(
        self, work: Work, visitor_id: int, kind: ConsentKind, given: bool, given_by: str = ""
    ) -> int:
        """Record an answer to a question of consent; return its number. Earlier answers stay.

        Without a name it was the visitor who answered, or a child's guardian.
        """
        visitor = standing_visitor(work.session, visitor_id)
        given_by = plain_line("given_by", given_by.strip()) or _speaker(visitor, work)
        row = {"visitor_id": visitor.id, "kind": kind, "given": given, "given_by": given_by, "at": work.now}
        row["account_id"] = work.actor.account_id
        table = table_of(Consent)
        key: int = work.session.execute(insert(table).values(**row).returning(table.c.id)).scalar_one()
        after = {"consent": kind, "given": given, "given_by": given_by}
        work.record("visitor.consent", "visitor", visitor.id, after=after)
        return key

    # --- Merging ------------------------------------------------------------------------------------------------

    @reads(Permission.VISITOR_MERGE)
    def _comparison(self, session: Session, one_id: int, other_id: int) -> Comparison:
        return pairs.comparison(session, one_id, other_id)

    @composed(Permission.VISITOR_MERGE)
    def comparison(self, actor: Actor, one_id: int, other_id: int) -> Comparison:
        """Return two records side by side, whole; that both were read is written down."""
        found = self._comparison(actor, one_id, other_id)
        for side in (found.one, found.other):
            self.readings.note(actor, "visitor", side.seen.id, self.now())
        return found

    @writes(Permission.VISITOR_MERGE)
    def merge(
        self, work: Work, kept: Seen, gone: Seen, taken: list[str] | None = None, reason: str = ""
    ) -> MergeRef:
        """Take one record into another.

        Args:
            work: the open transaction.
            kept: the record that stands for both afterwards, in the version that was seen.
            gone: the other one.
            taken: what the kept record takes from the other, by the names of `domain.people.GROUPS`; None for what
                it does not say itself.
            reason: why, if somebody wants to say.

        Raises `ConflictError` for a version that was not seen; `RuleError` where one was erased or merged already.
        """
        return merging.merge(work, kept, gone, taken, reason)

    @writes(Permission.VISITOR_MERGE)
    def unmerge(self, work: Work, merge_id: int, version: int) -> MergeRef:
        """Take a merge back: what was moved goes back exactly, what came after stays with the kept record.

        Raises `RuleError` for one that is not the latest of its record.
        """
        return merging.unmerge(work, merge_id, version)

    # --- Likely pairs -------------------------------------------------------------------------------------------

    @reads(Permission.VISITOR_MERGE)
    def pairs(
        self,
        session: Session,
        limit: int = PAIRS_AT_ONCE,
        after: Place | None = None,
        state: PairState = PairState.OPEN,
    ) -> PairPart:
        """Return the likely pairs that wait for a decision, the surest first, or were decided, the latest first.

        `after` is the place of the last one that is known.
        """
        return pairs.listed(session, state, limit, after)

    @writes(Permission.VISITOR_MERGE)
    def decide_different(self, work: Work, one_id: int, other_id: int) -> PairId:
        """Remember that two records are two people: no search asks again."""
        pairs.add_different(work, one_id, other_id)
        return min(one_id, other_id), max(one_id, other_id)

    @writes(Permission.VISITOR_MERGE)
    def reopen_pair(self, work: Work, one_id: int, other_id: int) -> PairId:
        """Take back that two records are two people: the pair waits for a decision again."""
        pairs.decide(work, one_id, other_id, PairState.DIFFERENT, PairState.OPEN)
        return min(one_id, other_id), max(one_id, other_id)

    @reads(Permission.VISITOR_MERGE)
    def scan_state(self, session: Session) -> ScanView | None:
        """Return how far the last search for likely pairs is; None before the first."""
        told = self.searcher.look()
        scan = pairs.latest_scan(session)
        return pairs.scan_view(scan, told, self.now()) if scan is not None else None

    @composed(Permission.VISITOR_MERGE)
    def start_scan(self, actor: Actor, request: str) -> Done[int]:
        """Search all records for likely pairs in a process of its own, going on where the last search was stopped.

        Raises `RuleError` while one is under way.
        """
        done = self._begin_scan(actor, request)
        if done.changes:
            self.searcher.start(done.value, self.now())
        return done

    @composed(Permission.VISITOR_MERGE)
    def stop_scan(self, actor: Actor) -> Done[None]:
        """End the search of this computer; the next one goes on from there."""
        del actor
        told = self.searcher.stop()
        return Done(None, Changes.of("pair", 0) if told is not None else Changes())

    @writes(Permission.VISITOR_MERGE)
    def _begin_scan(self, work: Work) -> int:
        key = pairs.begin_scan(work)
        work.touch("pair", 0)
        return key

    # --- A person's data for the person -------------------------------------------------------------------------

    @composed(Permission.EXPORT)
    def export_person(self, actor: Actor, request: str, visitor_id: int, path: Path) -> Done[str]:
        """Write everything about one person to a JSON file; return the number of the export.

        The trail has it before the first line leaves. Raises `StorageError` when the file can't be written; then
        there is none.
        """
        data = self._person_data(actor, visitor_id)
        done = self._note_export(actor, request, visitor_id, ".json")
        mark = done.value
        head = {"number": mark.number, "made_at": mark.at, "made_by": mark.by}
        _write(path, {"export": msgspec.to_builtins(head), **data})
        return Done(mark.number, done.changes)

    @composed(Permission.EXPORT)
    def person_sheet(self, actor: Actor, request: str, visitor_id: int) -> Done[PersonSheet]:
        """Return everything about one person for a paper that the person can read.

        The trail has the export before the paper is drawn.
        """
        sheet = self._person_sheet(actor, visitor_id, actor.name)
        done = self._note_export(actor, request, visitor_id, ".pdf")
        number = done.value.number
        return Done(replace(sheet, number=number, paper=replace(sheet.paper, code=number)), done.changes)

    @reads(Permission.VISITOR_READ, sensitive="visitor")
    def _person_data(self, session: Session, visitor_id: int) -> dict[str, object]:
        return person_data(session, visitor_id)

    @reads(Permission.VISITOR_READ, sensitive="visitor")
    def _person_sheet(self, session: Session, visitor_id: int, printed_by: str) -> PersonSheet:
        visitor = session.get_one(Visitor, standing_id(session, visitor_id))
        kept = cards.kept(session, visitor, self.now())
        paper = paper_of(session, person_data(session, visitor_id), kept, self.today())
        return PersonSheet("", paper, letterhead(session, printed_by, self.now()), visitor.language)

    @writes(Permission.EXPORT)
    def _note_export(self, work: Work, visitor_id: int, suffix: str) -> Mark:
        mark = Mark(work.new_code(EXPORT), work.actor.name, work.now, None, None)
        after = {"number": mark.number, "format": suffix, "by": mark.by}
        work.record("export.person", "visitor", standing_visitor(work.session, visitor_id).id, after=after)
        return mark


def _speaker(visitor: Visitor, work: Work) -> str:
    child = needs_guardian(visitor.birth_date, work.day)
    return visitor.guardian_name if child and visitor.guardian_name else visitor.name


def _write(path: Path, data: dict[str, object]) -> None:
    """Write a file that people can read; it appears whole, or not at all."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(data), indent=2))
        unfinished.replace(path)
    except OSError as error:
        raise disk_error(error) from error
    finally:
        unfinished.unlink(missing_ok=True)
