"""The page of health: facts with their sign, the full check, a report without names, the log's folder."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from sqlalchemy import update

from deskapp.db.audit import ENTRY
from deskapp.services.health import State
from deskapp.ui.admin.health import HealthPage
from deskapp.ui.messages import GOOD, SURROUNDINGS
from tests.support.front import Front, Opener
from tests.support.tampering import tampering


def open_page(open_front: Opener, language: str = "en") -> tuple[Front, HealthPage]:
    front = open_front(sign_in="admin", language=language)
    front.window.frame_of_tabs.go_to_name("admin")
    page = front.window.frame_of_tabs.tab("admin").show_page("health")  # type: ignore[attr-defined]
    assert isinstance(page, HealthPage)
    front.settle()
    return front, page


def states(page: HealthPage) -> dict[str, State]:
    return {row.id: row.fact.state for row in page._model.records}


def test_a_healthy_hospital_shows_every_fact(open_front: Opener) -> None:
    _front, page = open_page(open_front)
    assert {
        "version",
        "place",
        "database",
        "pending",
        "integrity",
        "chain",
        "anchor",
        "backup",
        "space",
        "key",
    } == set(states(page))
    assert State.BAD not in states(page).values()


def test_everything_can_be_checked(open_front: Opener) -> None:
    front, page = open_page(open_front)
    page._keys["health.full"].trigger()
    front.settle()
    assert page.bar.notice is not None
    assert page.bar.notice.kind == GOOD


def test_a_broken_trail_is_shown_and_said(open_front: Opener) -> None:
    front, page = open_page(open_front)
    with tampering(front.hospital.store) as session:
        session.execute(update(ENTRY).where(ENTRY.c.sequence == 3).values(action="x"))
    page._keys["health.full"].trigger()
    front.settle()
    assert states(page)["chain"] is State.BAD
    assert page.bar.notice is not None
    assert page.bar.notice.kind == SURROUNDINGS


def test_the_report_has_the_facts_and_no_names(open_front: Opener) -> None:
    front, page = open_page(open_front)
    page._keys["health.copy"].trigger()
    front.settle()
    copied = QGuiApplication.clipboard().text()
    QGuiApplication.clipboard().clear()
    assert "[good] Integrity: every page is sound" in copied
    assert "visitor: " in copied
    place = str(front.hospital.workstation.folder)
    for name in ("王建国", "李娜", "管理员", "春晖", place, front.hospital.workstation.name):
        assert name not in copied, name


def test_the_folder_of_the_log_is_opened_or_named(
    open_front: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, page = open_page(open_front)
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: not opened.append(url))
    folder = front.services.health.log_folder(front.actor)
    page._open(folder.parent / "nowhere")
    assert page.bar.notice is not None
    assert page.bar.notice.kind == SURROUNDINGS
    folder.mkdir(exist_ok=True)
    page._keys["health.log"].trigger()
    front.settle()
    assert [url.toLocalFile() for url in opened] == [str(folder)]
