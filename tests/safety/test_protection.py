"""Without the key nothing shows: every byte that a protected hospital writes is searched for names, phones, numbers.

And a change of key that is stopped at any moment leaves a hospital that opens, with one key or the other.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import pytest

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db import backup, cipher, swap
from deskapp.db.engine import DATABASE_FILE
from deskapp.db.keys import key_id
from deskapp.domain.access import Actor, Role
from deskapp.domain.intake import TriageDecision, VisitorDraft
from deskapp.domain.recovery import Kept
from deskapp.domain.registration import DocumentKind, Sex
from deskapp.services.base import new_request
from deskapp.services.protect import KeyOrder, carry_out, unlock
from deskapp.ui.messages import Messages
from tests.support.counts import Counts
from tests.support.hospital import NEW_ID, hospital_folder, hospital_template, signed_in
from tests.support.logs import LogGuard

__all__ = ["hospital_folder", "hospital_template"]

pytestmark = [pytest.mark.safety, pytest.mark.timeout(900)]

ADMIN: Final = Actor(0, "管理员", frozenset({Role.ADMINISTRATOR}), "desk-1")
PHRASE: Final = "骑着单车去看海边 four or five words"
DAY: Final = (
    ("欧阳建国", "13911112222", "胸口疼痛三天夜里加重"),
    ("Цэцэгмаа", "13922223333", "left knee swollen since Friday"),
    ("Margaret Thornbury", "13933334444", "咳嗽发热两周没有好转"),
)
DRAFT: Final = "正在输入的司马相如"
SECRETS_IN_DAY: Final = (*(word for row in DAY for word in row), DRAFT, NEW_ID)


def needles(words: Iterable[str], secrets: Iterable[bytes] = ()) -> dict[str, bytes]:
    """Return what is searched for: every word in the encodings that a program may write it in."""
    found = {
        f"{word} ({encoding})": word.encode(encoding)
        for word in words
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "unicode-escape")
    }
    return found | {f"secret {number}": secret for number, secret in enumerate(secrets)}


def found_in(places: Iterable[Path], wanted: dict[str, bytes]) -> list[str]:
    """Read every byte of every file below the places; return what was found and where."""
    found = []
    for file in sorted(path for place in places for path in place.rglob("*") if path.is_file()):
        content = file.read_bytes()
        found += [f"{name} in {file.name}" for name, needle in wanted.items() if needle in content]
    return found


def order(hospital: Hospital) -> tuple[str, KeyOrder]:
    protect = hospital.services.protect
    made = protect.new_key(ADMIN, ADMIN.name).paper
    return made.code, protect.order(ADMIN, made.key_id, made.code, Kept.PASSPHRASE, PHRASE)


def work(hospital: Hospital) -> None:
    """Work as on a day: people come, are registered, searched for, asked, given numbers; something goes wrong."""
    services, li = hospital.services, signed_in(hospital.services)
    departments = services.directory.departments(li)
    for name, phone, complaint in DAY:
        draft = VisitorDraft(name, Sex.FEMALE, phone=phone)
        if name.isascii():
            draft = VisitorDraft(
                name, Sex.MALE, phone=phone, document_kind=DocumentKind.RESIDENT_ID, document_number=NEW_ID
            )
        visitor = services.visitors.register(li, new_request(), draft).value.id
        visit = services.visits.open(li, new_request(), visitor).value.id
        decision = TriageDecision(complaint=complaint, department_id=departments[0].id)
        services.visits.triage(li, new_request(), visit, decision)
        services.numbers.issue(li, new_request(), visit)
        assert services.visitors.find(li, name[:4])
        services.papers.sheet(li, "registration-form", visit, li.name)
    services.drafts.save(li.account_id, "visitor", {"name": DRAFT, "phone": DAY[0][1]})
    with contextlib.suppress(Exception):
        services.visitors.find(li, "\0" + DAY[0][0])
    _break(Messages())


def _break(messages: Messages) -> None:
    """Have a bug, with a name in its words and in its variables, that is logged and reported."""
    try:
        raise ValueError(f"{DAY[0][0]} {DAY[0][1]} {DRAFT}")
    except ValueError as error:
        messages.bug(error)
        logging.getLogger("deskapp.db").exception("broken %s", DAY[0][0])


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where this test's temporary files go, Python's and SQLite's."""
    place = tmp_path / "temporary"
    place.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR", "TMP", "TEMP"):
        monkeypatch.setenv(name, str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return place


def test_a_day_s_work_shows_nothing_without_the_key(
    hospital_folder: Path, temporary: Path, log_guard: LogGuard, counts: Counts
) -> None:
    log_guard.expect("deskapp.ui", logging.ERROR, "ValueError")
    log_guard.expect("deskapp.db", logging.ERROR, "broken")
    hospital = open_hospital(hospital_folder)
    old = hospital.store.key
    assert old is not None
    hospital.services.drafts.save(1, "visitor", {"name": DRAFT})
    hospital.services.backups.make(ADMIN)
    code, wanted = order(hospital)
    hospital.close()
    carry_out(wanted)
    new = unlock(hospital_folder, PHRASE)
    hospital = open_hospital(hospital_folder, key=new)
    work(hospital)
    hospital.services.backups.make(ADMIN)
    looked_for = needles(
        (*SECRETS_IN_DAY, PHRASE, "four or five words", code, code.replace(" ", ""), *_thirds(code)),
        (old, new, old.hex().encode(), new.hex().encode(), old.hex().upper().encode()),
    )
    # The journal and the shared memory are there only while the desk is open.
    assert (hospital_folder / f"{DATABASE_FILE}-wal").stat().st_size > 0
    places = (hospital_folder, temporary)
    assert found_in(places, looked_for) == []
    hospital.close()
    files = [path for path in hospital_folder.rglob("*") if path.is_file()]
    assert len(backup.backups_in(hospital_folder / swap.BACKUP_FOLDER)) >= 2
    assert any(path.suffix == ".log" and path.stat().st_size for path in files)
    assert found_in(places, looked_for) == []
    counts.add("bytes searched", "protection", sum(path.stat().st_size for path in files))


def _thirds(code: str) -> list[str]:
    """Return pieces of a code, long enough not to be there by chance."""
    groups = code.split()
    return [mark.join(groups[at : at + 3]) for at in range(0, len(groups), 3) for mark in ("", " ")]


def test_the_search_finds_what_is_in_the_open(
    hospital_folder: Path, tmp_path: Path, temporary: Path, log_guard: LogGuard
) -> None:
    """The same search over the same day, but with the database written out plainly, and its key beside it."""
    log_guard.expect("deskapp.ui", logging.ERROR, "ValueError")
    log_guard.expect("deskapp.db", logging.ERROR, "broken")
    hospital = open_hospital(hospital_folder)
    work(hospital)
    key = hospital.store.key
    assert key is not None
    hospital.close()
    plain = tmp_path / "plain"
    plain.mkdir()
    with cipher.opened(hospital_folder / DATABASE_FILE, key) as connection:
        connection.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain / "plain.sqlite"),))
        connection.execute("SELECT sqlcipher_export('plain')").fetchall()
        connection.execute("DETACH DATABASE plain")
    (plain / "wide.txt").write_text(DRAFT, encoding="utf-16-le")
    found = found_in((plain,), needles(SECRETS_IN_DAY))
    for word in SECRETS_IN_DAY:
        assert any(line.startswith(f"{word} (utf-") for line in found), word
    assert found_in((hospital_folder, temporary), needles((), [key.hex().encode()]))
    # Still encrypted, with the key in the open: the names are not among the bytes, and easily had.
    assert found_in((hospital_folder, temporary), needles(SECRETS_IN_DAY)) == []


def test_drafts_do_not_open_with_the_files_of_the_folder_alone(hospital_folder: Path) -> None:
    from deskapp.db.workstation import DRAFTS_FILE, Workstation
    from deskapp.errors import StorageError

    hospital = open_hospital(hospital_folder)
    hospital.services.drafts.save(1, "visitor", {"name": DRAFT})
    _code, wanted = order(hospital)
    hospital.close()
    carry_out(wanted)
    thief = Workstation.in_folder(hospital_folder)
    with pytest.raises(StorageError):
        thief.drafts.load(1, "visitor")
    thief.drafts.close()
    assert (hospital_folder / DRAFTS_FILE).exists()


# --- Stopped at any moment --------------------------------------------------------------------------------


class Change:
    """A hospital whose key is to be changed, over and over from the same beginning."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.template, self.folder = template, folder
        self.begin()
        hospital = open_hospital(folder)
        hospital.services.drafts.save(1, "visitor", {"name": DRAFT})
        hospital.services.backups.make(ADMIN)
        assert hospital.store.key is not None
        self.old = hospital.store.key
        _code, self.order = order(hospital)
        hospital.close()
        self.template = folder.with_name("begun")
        shutil.copytree(folder, self.template)

    def begin(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.template, self.folder)

    def stopped(self, arrange: Callable[[], None], stop: Callable[[int], None]) -> bool:
        """Change the key in a child that is stopped; return whether it came to its end before."""
        self.begin()
        child = os.fork()
        if child == 0:
            try:
                arrange()
                carry_out(self.order)
            except BaseException:
                os._exit(3)
            os._exit(0)
        stop(child)
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) in (0, 9)
        return not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) == 0

    def check(self) -> bytes:
        """Open the hospital as the next start does; return the key that opened it."""
        swap.settle_alone(self.folder)
        change = self.order.change
        key = next(key for key in (self.old, change.new) if cipher.fits(self.folder / DATABASE_FILE, key))
        is_new = key == change.new
        assert unlock(self.folder, PHRASE) == key
        hospital = open_hospital(self.folder, key=key)
        with contextlib.closing(hospital):
            assert hospital.services.drafts.load(1, "visitor") == {"name": DRAFT}
            assert list(_actions(hospital)).count("protect.on") == is_new
        (made,) = backup.backups_in(self.folder / swap.BACKUP_FOLDER)
        assert backup.is_intact(made)
        assert made.manifest.key == key_id(key)
        assert cipher.fits(made.path, key)
        assert list(self.folder.rglob(f"*{swap.PREPARED}*")) == []
        if is_new:
            assert found_in((self.folder,), {"old key": self.old.hex().encode()}) in (
                [],
                # Stopped between the last renaming and this: it opens nothing, and the next backup takes it.
                [f"old key in deskapp-{key_id(self.old)}.key"],
            )
        return key


def _actions(hospital: Hospital) -> list[str]:
    from sqlalchemy import text

    with hospital.store.reading() as session:
        return [str(row[0]) for row in session.execute(text("SELECT action FROM audit_entry"))]


@pytest.fixture
def change(hospital_folder: Path, tmp_path: Path) -> Change:
    return Change(hospital_folder, tmp_path / "changed")


def _stop_at(step: int, folder: Path) -> Callable[[], None]:
    """Return what makes a program end just before the given operation on a file of the folder."""
    left = [step]
    kinds = {"open", "os.rename", "os.remove", "os.link", "os.truncate"}

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event in kinds and str(args[0]).startswith(str(folder)):
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)

    return lambda: sys.addaudithook(watch)


def test_stopped_before_each_operation_on_a_file(change: Change, counts: Counts) -> None:
    keys: list[bytes] = []
    for step in range(1000):
        finished = change.stopped(_stop_at(step, change.folder), lambda _child: None)
        keys.append(change.check())
        if finished:
            break
    assert finished
    # Once it counts there is no way back.
    assert keys == sorted(keys, key=lambda key: key != change.old)
    assert set(keys) == {change.old, change.order.change.new}
    counts.add("kills", "change of key, at each step", len(keys) - 1)


def test_killed_at_any_moment(change: Change, counts: Counts) -> None:
    began = time.monotonic()
    assert change.stopped(lambda: None, lambda _child: None)
    whole = time.monotonic() - began
    chance, kills = random.Random(20261125), 0

    def kill(child: int) -> None:
        time.sleep(chance.uniform(0, whole))
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    for _ in range(30):
        kills += not change.stopped(lambda: None, kill)
        change.check()
    assert kills >= 10
    counts.add("kills", "change of key, at random", kills)
