"""What tests of the window share: a dressed application and a desk without a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from deskapp.ui import style
from deskapp.ui.base_tab import Desk, LanguageState
from deskapp.ui.hub import ChangeHub
from deskapp.ui.keys import Keys
from deskapp.ui.messages import Messages
from deskapp.ui.tasks import SyncRunner
from tests.support.front import at_once, front, open_front, spooler
from tests.support.hospital import empty_hospital, hospital, hospital_folder, hospital_template

__all__ = [
    "at_once",
    "empty_hospital",
    "front",
    "hospital",
    "hospital_folder",
    "hospital_template",
    "open_front",
    "spooler",
]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The off-screen platform complains about what it can not do with windows."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support"))


@pytest.fixture
def app(qapp: QApplication) -> Iterator[QApplication]:
    """The application in its light dress, whatever a test did to it before."""
    style.apply(qapp, "light", language="zh")
    yield qapp
    style.apply(qapp, "light", language="zh")


@pytest.fixture
def desk(app: QApplication) -> Iterator[Desk]:
    """A desk in English whose runner works at once; its services are an empty namespace to fill."""
    root = QObject()
    messages = Messages(root)
    hub = ChangeHub(root, gather_ms=0)
    language = LanguageState("en", root)
    yield Desk(
        language=language,
        runner=SyncRunner(messages.route, hub.post, root),
        hub=hub,
        messages=messages,
        keys=Keys(language.tr, root),
        services=SimpleNamespace(),
        actor=str,
    )
    root.deleteLater()
