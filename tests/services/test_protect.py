"""Protecting as an administrator does it: nothing takes effect before the code was typed back from the sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from deskapp.bootstrap import Hospital, open_hospital
from deskapp.db.keys import KEY_FILE, key_id, protection, read_key_file
from deskapp.db.models.access import AuditBody, AuditEntry
from deskapp.domain.access import Actor, Permission, Role
from deskapp.domain.recovery import Kept, recovery_code
from deskapp.errors import InputError, PermissionDenied, RuleError, StorageError
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.protect import KeyChanged, carry_out, how_kept, sheet_key, unlock, unlock_by_code
from tests.support.isolation import MemoryKeys

ADMIN = Actor(0, "管理员", frozenset({Role.ADMINISTRATOR}), "desk-1")
PHRASE = "four or five words"


@dataclass
class Site:
    """A hospital that is opened and closed."""

    folder: Path
    hospital: Hospital

    def open(self, key: bytes | None = None) -> Hospital:
        self.hospital = open_hospital(self.folder, key=key)
        return self.hospital

    def protect(self, kept: Kept = Kept.PASSPHRASE, phrase: str = PHRASE) -> tuple[str, KeyChanged]:
        """Turn protection on, or change the key; the hospital is closed then."""
        protect = self.hospital.services.protect
        made = protect.new_key(ADMIN, ADMIN.name).paper
        order = protect.order(ADMIN, made.key_id, made.code.lower(), kept, phrase)
        self.hospital.close()
        return made.code, carry_out(order)

    def trail(self) -> list[tuple[str, str]]:
        asked = select(AuditEntry.action, AuditBody.body).join(AuditBody, AuditBody.entry_id == AuditEntry.id)
        asked = asked.where(AuditEntry.topic == "protection").order_by(AuditEntry.id)
        with self.hospital.store.reading() as session:
            return [(action, body.decode()) for action, body in session.execute(asked)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "data", open_hospital(tmp_path / "data"))
    yield made
    made.hospital.close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises((InputError, RuleError, StorageError)) as caught:
        call()
    return caught.value.code


def test_protecting_needs_the_passphrase_at_the_next_start(site: Site) -> None:
    code, done = site.protect()
    assert done == KeyChanged(protection(site.folder).key_id, 0, (), second_away=False)
    assert code_of(site.open) == "storage.locked"
    assert how_kept(site.folder) == protection(site.folder)
    key = unlock(site.folder, PHRASE)
    assert unlock_by_code(site.folder, code) == unlock(site.folder, code) == key
    site.open(key)
    (line,) = site.trail()
    assert line[0] == "protect.on"
    assert key_id(key) in line[1]
    assert PHRASE not in line[1]


def test_a_wrong_passphrase_is_told_at_its_field(site: Site) -> None:
    site.protect()
    with pytest.raises(InputError) as caught:
        unlock(site.folder, "four or five w0rds")
    assert caught.value.field == "passphrase"
    site.open(unlock(site.folder, PHRASE))


def test_the_code_of_another_hospital_does_not_open(site: Site) -> None:
    site.protect()
    with pytest.raises(InputError) as caught:
        unlock_by_code(site.folder, recovery_code(bytes(32)))
    assert (caught.value.field, caught.value.code) == ("code", "recovery.other")
    site.open(unlock(site.folder, PHRASE))


def test_nothing_changes_before_the_right_code_is_typed_back(site: Site) -> None:
    protect = site.hospital.services.protect
    made = protect.new_key(ADMIN, "").paper
    wrong = made.code[:-1] + ("0" if made.code[-1] != "0" else "1")
    for typed, expected in (
        ("", "recovery.length"),
        (wrong, "recovery.group"),
        (protect.new_key(ADMIN, "").paper.code, "recovery.other"),
    ):
        assert (
            code_of(lambda typed=typed: protect.order(ADMIN, made.key_id, typed, Kept.PASSPHRASE, PHRASE))  # type: ignore[misc]
            == expected
        )
    assert code_of(lambda: protect.order(ADMIN, made.key_id, made.code, Kept.PASSPHRASE, "short")) == (
        "passphrase.short"
    )
    assert (
        code_of(lambda: protect.order(ADMIN, made.key_id, made.code, Kept.KEY_STORE)) == "storage.key-store"
    )
    assert sheet_key(made.key_id, made.code)
    assert not protection(site.folder).is_on


def test_each_sheet_has_a_key_of_its_own_and_nothing_keeps_it(site: Site) -> None:
    protect = site.hospital.services.protect
    one, other = (protect.new_key(ADMIN, "").paper for _ in range(2))
    assert one.code != other.code
    protect.sheet_printed(ADMIN, new_request(), one.key_id, "office")
    ((action, body),) = site.trail()
    assert action == "protect.sheet"
    assert one.key_id in body
    assert one.code.split()[0] not in body


def test_the_key_store_opens_it_without_asking(site: Site, keys: MemoryKeys) -> None:
    code, _done = site.protect(Kept.KEY_STORE)
    site.open()
    state = site.hospital.services.protect.state(ADMIN)
    assert state is not None
    assert state.kept is Kept.KEY_STORE
    site.hospital.close()
    keys.kept.clear()
    assert code_of(site.open) == "storage.key-missing"
    site.open(unlock_by_code(site.folder, code))


def test_a_new_key_replaces_the_old_and_its_place_in_the_store(site: Site, keys: MemoryKeys) -> None:
    site.protect(Kept.KEY_STORE)
    site.open()
    code, _done = site.protect(Kept.KEY_STORE)
    assert len(keys.kept) == 1
    site.open()
    assert [action for action, _body in site.trail()] == ["protect.on", "protect.key-change"]
    assert unlock_by_code(site.folder, code)


def test_off_again_puts_the_key_back_and_the_sheet_stays_good(site: Site) -> None:
    code, _done = site.protect()
    site.open(unlock(site.folder, PHRASE))
    site.hospital.services.protect.keep(ADMIN, new_request(), Kept.BESIDE)
    site.hospital.close()
    assert not protection(site.folder).is_on
    site.open()
    assert unlock_by_code(site.folder, code) == site.hospital.store.key
    assert [action for action, _body in site.trail()] == ["protect.on", "protect.off"]


def test_another_passphrase_keeps_key_and_sheet(site: Site) -> None:
    code, _done = site.protect()
    key = unlock(site.folder, PHRASE)
    protect = site.open(key).services.protect
    protect.keep(ADMIN, new_request(), Kept.PASSPHRASE, "other four or five")
    assert code_of(lambda: unlock(site.folder, PHRASE)) == "storage.locked"
    assert unlock(site.folder, "other four or five") == unlock_by_code(site.folder, code) == key


def test_a_key_that_lay_in_the_open_is_not_hidden_but_changed(site: Site) -> None:
    protect = site.hospital.services.protect
    assert code_of(lambda: protect.keep(ADMIN, new_request(), Kept.PASSPHRASE, PHRASE)) == "protect.off"
    assert not protection(site.folder).is_on


def test_what_can_t_be_written_is_not_told_as_done(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.protect()
    site.open(unlock(site.folder, PHRASE))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("deskapp.db.keys.replace_secret", full)
        protect = site.hospital.services.protect
        assert code_of(lambda: protect.keep(ADMIN, new_request(), Kept.BESIDE)) == "storage.full"
    assert [action for action, _body in site.trail()] == ["protect.on"]
    assert protection(site.folder).is_on


def test_a_lost_key_file_is_mended_after_the_recovery_code(site: Site) -> None:
    code, _done = site.protect()
    (site.folder / KEY_FILE).write_text("{")
    assert code_of(site.open) == "storage.key-damaged"
    site.open(unlock_by_code(site.folder, code))
    site.hospital.services.protect.keep(ADMIN, new_request(), Kept.PASSPHRASE, PHRASE)
    assert read_key_file(site.folder / KEY_FILE, lambda: PHRASE) == site.hospital.store.key


def test_drafts_are_there_whether_protection_goes_on_or_off(site: Site) -> None:
    site.hospital.services.drafts.save(1, "visitor", {"name": "王建国"})
    site.protect()
    site.open(unlock(site.folder, PHRASE))
    assert site.hospital.services.drafts.load(1, "visitor") == {"name": "王建国"}
    site.hospital.services.protect.keep(ADMIN, new_request(), Kept.BESIDE)
    site.hospital.close()
    assert site.open().services.drafts.load(1, "visitor") == {"name": "王建国"}


def test_pins_and_the_workstation_s_name_stay(site: Site) -> None:
    before = site.hospital.workstation
    site.protect()
    after = site.open(unlock(site.folder, PHRASE)).workstation
    assert (before.name, before.pepper, before.anchor_key) == (after.name, after.pepper, after.anchor_key)


@pytest.mark.parametrize("role", set(Role) - {Role.ADMINISTRATOR})
def test_only_the_administrator_may(site: Site, role: Role) -> None:
    somebody = Actor(1, "", frozenset({role}))
    protect = site.hospital.services.protect
    for call in (
        lambda: protect.state(somebody),
        lambda: protect.new_key(somebody, ""),
        lambda: protect.keep(somebody, new_request(), Kept.BESIDE),
        lambda: protect.order(somebody, "", "", Kept.BESIDE),
    ):
        with pytest.raises(PermissionDenied):
            call()


def test_a_pin_protects_nothing(site: Site) -> None:
    by_pin = Actor(1, "", frozenset({Role.ADMINISTRATOR}), by_pin=True)
    assert not by_pin.may(Permission.PROTECT)
    with pytest.raises(PermissionDenied):
        site.hospital.services.protect.new_key(by_pin, "")


def test_a_server_s_hospital_is_protected_where_the_server_runs(services: Services) -> None:
    protect = services.protect
    if protect.on_file:
        return
    assert protect.state(ADMIN) is None
    assert protect.in_the_open(ADMIN) == ()
    assert code_of(lambda: protect.new_key(ADMIN, "")) == "protect.server"
    assert code_of(lambda: protect.keep(ADMIN, new_request(), Kept.BESIDE)) == "protect.server"


def test_a_folder_without_a_hospital_is_not_kept_in_any_way(tmp_path: Path) -> None:
    assert how_kept(tmp_path) is None
