"""The age of the last good backup stands in the bar at the bottom, in words and with an icon."""

from __future__ import annotations

import datetime as dt

import pytest

from deskapp.db.backup_process import carry_out
from deskapp.domain.text import Text
from deskapp.i18n import LANGUAGES, translator
from deskapp.services.backups import BackupState
from deskapp.ui.backup_sign import BackupSign, age_of
from tests.support.front import Front
from tests.support.hospital import signed_in

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (dt.timedelta(seconds=3), "Backup 0 min ago"),
        (dt.timedelta(minutes=59), "Backup 59 min ago"),
        (dt.timedelta(hours=2), "Backup 2 h ago"),
        (dt.timedelta(hours=47), "Backup 47 h ago"),
        (dt.timedelta(days=3), "Backup 3 days ago"),
        (dt.timedelta(minutes=-5), "Backup 0 min ago"),
    ],
)
def test_the_age_is_said_in_few_words(ago: dt.timedelta, words: str) -> None:
    assert age_of(NOW - ago, NOW, translator("en")) == words


@pytest.mark.parametrize("minutes", [3, 300, 30_000])
def test_in_chinese_no_space_parts_a_figure_from_its_unit(minutes: int) -> None:
    assert " " not in age_of(NOW - dt.timedelta(minutes=minutes), NOW, translator("zh"))


def sign(front: Front) -> BackupSign:
    return front.window.frame_of_tabs._foot.backup


def test_a_hospital_without_a_backup_is_warned_of(front: Front) -> None:
    assert sign(front).isVisible()
    assert sign(front).words.text() == "No backup yet"
    assert sign(front).words.property("role") == "warning"
    assert "no good backup yet" in sign(front).toolTip()


def test_a_backup_that_was_just_made_is_seen_at_once(front: Front) -> None:
    backups = front.services.backups
    backups.run_job = carry_out
    front.runner.run(backups.make, signed_in(front.services, "admin"))
    front.settle()
    assert sign(front).words.text() == "Backup 0 min ago"
    assert sign(front).words.property("role") == "secondary"


def test_what_went_wrong_is_told_on_it(front: Front) -> None:
    state = BackupState(front.services.backups.now(), None, is_old=False, warning=Text("The stick is away."))
    sign(front).take(state)
    assert sign(front).words.property("role") == "warning"
    assert sign(front).toolTip() == "The stick is away."
    assert sign(front).accessibleDescription() == "The stick is away."


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_every_language(front: Front, language: str) -> None:
    front.language.set(language)
    assert sign(front).words.text() == translator(language)("No backup yet")


def test_who_locks_the_desk_leaves_it_to_the_next(front: Front) -> None:
    front.window.frame_of_tabs.close_tabs()
    assert not sign(front).isVisible()
    sign(front).ask()
    assert sign(front).isVisible()
