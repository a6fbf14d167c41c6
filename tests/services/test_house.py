"""The site's rules: its own where it has some, the shipped ones otherwise, read once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deskapp import paths
from deskapp.services.house import HouseRules


@pytest.mark.parametrize("own", [None, Path("no-such-folder")])
def test_without_a_folder_of_its_own_a_site_has_the_shipped_rules(own: Path | None) -> None:
    house = HouseRules(own)
    assert house.triage.department("emergency") is not None
    assert house.urgency.levels
    assert house.sentences


def test_a_sites_own_file_replaces_the_shipped_one_and_the_others_stay(tmp_path: Path) -> None:
    shipped = paths.resource("triage", "red_flags.toml").read_text(encoding="utf-8")
    own = shipped.replace("不呼吸", "没气了")
    (tmp_path / "red_flags.toml").write_text(own, encoding="utf-8")
    house = HouseRules(tmp_path)
    assert house.triage.red_flags != HouseRules().triage.red_flags
    assert house.triage.departments == HouseRules().triage.departments


def test_rules_are_read_once(tmp_path: Path) -> None:
    own = tmp_path / "triage"
    shutil.copytree(paths.resource("triage", "red_flags.toml").parent, own)
    house = HouseRules(own)
    before = (house.triage, house.urgency, house.sentences)
    shutil.rmtree(own)
    assert (house.triage, house.urgency, house.sentences) == before


@pytest.mark.parametrize(
    ("file", "rules"),
    [("red_flags.toml", "triage"), ("urgency.toml", "urgency"), ("phrases.toml", "sentences")],
)
def test_a_mistake_in_a_file_is_told_and_the_shipped_rules_are_used(
    tmp_path: Path, file: str, rules: str
) -> None:
    (tmp_path / file).write_text("level = ", encoding="utf-8")
    house = HouseRules(tmp_path)
    assert getattr(house, rules) == getattr(HouseRules(), rules)
    (mistake,) = house.mistakes()
    assert file in str(mistake)
