"""Background jobs run whoever is signed in, one at a time, and never disturb anybody."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QObject

from deskapp.domain.text import Text
from deskapp.errors import StorageError
from deskapp.ui.keeping import JOBS, Job, Keeping
from tests.support.front import Front


@pytest.fixture
def calls() -> list[Any]:
    return []


def keeping(front: Front, call: Any) -> Keeping:
    return Keeping(front.desk, front.window, (Job("job", 1000, call),))


def look(kept: Keeping) -> None:
    kept._runs[0].look()


def test_a_job_gets_the_services_and_whoever_is_there(front: Front, calls: list[Any]) -> None:
    look(keeping(front, lambda services, actor: calls.append((services, actor))))
    assert calls == [(front.services, front.desk.actor())]


def test_a_job_that_is_under_way_is_not_begun_again(front: Front, calls: list[Any]) -> None:
    kept = keeping(front, lambda _services, _actor: calls.append(1))
    with front.runner.held():
        look(kept)
        look(kept)
        assert len(front.runner.waiting) == 1
    look(kept)
    assert calls == [1, 1]


def test_what_a_disk_does_disturbs_nobody(front: Front) -> None:
    def fail(_services: Any, _actor: Any) -> None:
        raise StorageError("storage.busy", Text("busy"))

    look(keeping(front, fail))
    assert front.notices == []


def test_a_job_that_tells_says_in_the_window_what_is_wrong(front: Front) -> None:
    def fail(_services: Any, _actor: Any) -> None:
        raise StorageError("storage.damaged", Text("damaged"))

    kept = Keeping(front.desk, front.window, (Job("job", 1000, fail, tells=True),))
    look(kept)
    assert [notice.code for notice in front.notices] == ["storage.damaged"]


def test_it_looks_only_between_start_and_stop(front: Front) -> None:
    kept = Keeping(front.desk, front.window)
    assert not any(run.timer.isActive() for run in kept._runs)
    kept.start()
    assert all(run.timer.isActive() for run in kept._runs)
    kept.stop()
    assert not any(run.timer.isActive() for run in kept._runs)
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert isinstance(kept, QObject)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_finds_its_service(front: Front, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    from deskapp.db.backup_process import carry_out

    monkeypatch.setattr(front.services.backups, "run_job", carry_out)
    job.call(front.services, front.desk.actor())
