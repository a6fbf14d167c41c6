"""Choosing the hospital's logo."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskapp.errors import InputError
from deskapp.services.settings import PNG_SIGNATURE
from deskapp.ui.access.logo import read_logo


def test_a_picture_that_cannot_be_the_logo_is_told(tmp_path: Path) -> None:
    good, bad = tmp_path / "logo.png", tmp_path / "bad.png"
    good.write_bytes(PNG_SIGNATURE + b"picture")
    bad.write_bytes(b"GIF89a")
    assert read_logo(good) == ("logo.png", good.read_bytes())
    for path, code in (
        (bad, "logo.format"),
        (tmp_path / "none.png", "logo.unreadable"),
        (tmp_path, "logo.unreadable"),
    ):
        with pytest.raises(InputError) as told:
            read_logo(path)
        assert told.value.code == code
