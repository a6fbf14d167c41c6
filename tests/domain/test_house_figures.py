"""Which values the figures of the house may have; each option that can be changed has a rule."""

from __future__ import annotations

import pytest

from deskapp.domain.house_figures import CHOICES, FIGURES, NAMES, check
from deskapp.errors import InputError
from deskapp.settings import OPTIONS, Deductions, Scope


def refused(name: str, value: object) -> InputError:
    with pytest.raises(InputError) as caught:
        check(name, value)
    assert caught.value.field == name
    return caught.value


@pytest.mark.parametrize("name", [*FIGURES, *CHOICES, *NAMES])
def test_rules_are_of_options_of_the_site_and_allow_their_default(name: str) -> None:
    option = OPTIONS[name]
    assert option.scope is Scope.SITE
    if name not in NAMES:
        check(name, option.default)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_a_whole_number_within_its_limits(name: str) -> None:
    limits = FIGURES[name]
    check(name, limits.least)
    check(name, limits.most)
    for value in (limits.least - 1, limits.most + 1, None, "15", 1.5, True):
        refused(name, value)


def test_records_are_kept_as_long_as_the_regulations_ask() -> None:
    assert refused("retention.years", 14).code == "figure.regulation"
    check("retention.years", 30)


def test_deductions_are_points_or_money() -> None:
    assert CHOICES["conduct.deductions"] == {kind.value for kind in Deductions}
    check("conduct.deductions", "money")
    refused("conduct.deductions", "beer")


@pytest.mark.parametrize("name", ["", "   ", None, "院" * 101, "a\0b"])
def test_a_hospital_has_a_name_that_can_be_stored(name: object) -> None:
    check("hospital.name", "春晖医院")
    refused("hospital.name", name)


def test_of_an_option_without_a_rule_nothing_is_said() -> None:
    check("look.scheme", 17)
