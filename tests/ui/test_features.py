"""Every tab is named once, can be loaded, and is for somebody."""

from __future__ import annotations

import pytest

from deskapp.domain.access import ROLE_PERMISSIONS
from deskapp.i18n import LANGUAGES, translator
from deskapp.ui import icons
from deskapp.ui.base_tab import BaseTab
from deskapp.ui.features import COMPANIONS, FEATURES, Feature, companions
from tests.support.front import Front


def test_no_two_features_share_a_name_or_a_title() -> None:
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
    for language in LANGUAGES:
        assert len({translator(language)(feature.title) for feature in FEATURES}) == len(FEATURES)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_leads_to_a_tab_of_its_own_room(feature: Feature) -> None:
    kind = feature.load()
    assert issubclass(kind, BaseTab)
    assert kind.__module__ == f"deskapp.ui.{feature.name}.tab"
    assert (kind.title, kind.icon) == (feature.title, feature.icon)
    assert kind.help


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_a_feature_has_an_icon_and_somebody_who_may_use_it(feature: Feature, qapp: object) -> None:
    assert not icons.icon(feature.icon).isNull()
    assert any(feature.permission in allowed for allowed in ROLE_PERMISSIONS.values())


def test_a_place_that_is_not_there_is_a_mistake_told_at_once() -> None:
    with pytest.raises(ModuleNotFoundError):
        Feature("x", "X", "x", "deskapp.ui.nowhere:Tab", FEATURES[0].permission).load()


def test_what_lives_beside_the_tabs_can_be_made_started_and_ended(front: Front) -> None:
    made = companions(front.desk, front.window)
    assert len(made) == len(COMPANIONS)
    for companion in made:
        companion.start()
    front.settle()
    for companion in made:
        companion.stop()
