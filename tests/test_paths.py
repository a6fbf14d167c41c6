"""Where resources are found and where data is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskapp import paths


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    paths.resources.cache_clear()
    yield
    paths.resources.cache_clear()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that the package is installed in a folder with nothing beside it."""
    folder = tmp_path / "site" / "deskapp"
    folder.mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(folder / "paths.py"))
    return folder


def test_source_tree_has_its_resources_beside_the_package() -> None:
    assert paths.resources() == Path(paths.__file__).resolve().parents[1] / "resources"
    assert paths.resource("locale", "mn", "LC_MESSAGES", "deskapp.po").is_file()


def test_installed_wheel_has_them_inside(package: Path) -> None:
    inside = package / "_resources"
    inside.mkdir()
    (package.parent / "resources").mkdir()
    assert paths.resources() == inside


def test_frozen_bundle_has_them_in_its_own_folder(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (package / "_resources").mkdir()
    bundled = tmp_path / "bundle" / "resources"
    bundled.mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(bundled.parent), raising=False)
    assert paths.resources() == bundled


def test_missing_resources_are_an_error(package: Path) -> None:
    with pytest.raises(FileNotFoundError):
        paths.resources()


def test_the_environment_names_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKAPP_DATA", str(tmp_path / "here"))
    assert paths.default_data_folder() == tmp_path / "here"


@pytest.mark.skipif(sys.platform != "linux", reason="the folder has another name elsewhere")
class TestMachineWideFolder:
    @pytest.fixture(autouse=True)
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DESKAPP_DATA")

    def test_is_taken_where_it_can_be_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paths.os, "access", lambda _path, _mode: True)
        assert paths.default_data_folder() == Path("/var/lib/deskapp")

    def test_is_the_users_own_where_none_can_be_made(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paths.os, "access", lambda _path, _mode: False)
        monkeypatch.setattr(paths, "APP", "deskapp-not-installed")
        assert paths.default_data_folder() == home / "data" / "deskapp-not-installed"

    def test_is_never_left_for_an_empty_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Somebody without the right to it must be told so, not shown a hospital without visitors."""
        monkeypatch.setattr(paths.os, "access", lambda _path, _mode: False)
        monkeypatch.setattr(Path, "exists", lambda path: path == Path("/var/lib/deskapp"))
        assert paths.default_data_folder() == Path("/var/lib/deskapp")


def test_demo_never_touches_the_hospitals_own_data(home: Path) -> None:
    demo = paths.demo_data_folder()
    assert home in demo.parents
    assert demo != paths.default_data_folder()
