"""Roles and what they may: the one table, and a PIN that never opens administration."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskapp.domain.access import (
    PASSWORD_ONLY,
    PERMISSION_LABELS,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    Actor,
    Permission,
    Role,
    permissions_of,
)

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide.md"
P = Permission
ROLES = st.frozensets(st.sampled_from(Role))


def test_every_role_has_its_permissions_and_a_name() -> None:
    assert set(ROLE_PERMISSIONS) == set(ROLE_LABELS) == set(Role)
    assert len(set(ROLE_LABELS.values())) == len(Role)


def test_every_permission_is_somebodys() -> None:
    assert permissions_of(list(Role)) | {P.ANYONE} == set(Permission)


def test_nobody_is_given_what_anyone_may() -> None:
    assert P.ANYONE not in permissions_of(list(Role))


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.GUIDE, {P.VISIT_GREET, P.VISIT_READ}, {P.VISITOR_READ, P.VISIT_WRITE, P.NUMBER_ISSUE}),
        (Role.OPERATOR, {P.VISITOR_WRITE, P.NUMBER_ISSUE, P.PRINT}, {P.PRICE_WAIVE, P.PAPER_BLOCK, P.EXPORT}),
        (Role.LEADER, {P.PRICE_WAIVE, P.PAPER_BLOCK}, {P.DIRECTORY_WRITE, P.SETTINGS_WRITE}),
        (Role.DUTY_MANAGER, {P.PRICE_WAIVE, P.PAPER_BLOCK}, {P.ACCOUNTS}),
        (Role.SUPERVISOR, {P.DIRECTORY_WRITE, P.IMPORT, P.EXPORT, P.SETTINGS_WRITE}, {P.ACCOUNTS}),
        (Role.TRAINER, {P.SIGNED_IN}, {P.VISITOR_READ, P.VISIT_READ}),
        (Role.TRAINING_MANAGER, {P.SIGNED_IN}, {P.VISITOR_READ, P.VISIT_READ}),
        (Role.ADMINISTRATOR, {P.ACCOUNTS, P.SETTINGS_WRITE}, {P.VISITOR_READ, P.VISIT_WRITE}),
    ],
)
def test_each_post_may_what_it_does_and_no_more(
    role: Role, may: set[Permission], may_not: set[Permission]
) -> None:
    actor = Actor(1, "x", frozenset({role}))
    assert {permission for permission in may if not actor.may(permission)} == set()
    assert {permission for permission in may_not if actor.may(permission)} == set()


@given(ROLES, ROLES)
def test_several_posts_add_up(one: frozenset[Role], other: frozenset[Role]) -> None:
    assert permissions_of(one | other) == permissions_of(one) | permissions_of(other)


def test_without_a_post_only_what_anyone_may() -> None:
    nobody = Actor(0, "", frozenset())
    assert [permission for permission in Permission if nobody.may(permission)] == [P.ANYONE]


@given(ROLES)
def test_a_pin_allows_the_same_but_administration(roles: frozenset[Role]) -> None:
    by_password, by_pin = Actor(1, "x", roles), Actor(1, "x", roles, by_pin=True)
    lost = {p for p in Permission if by_password.may(p) and not by_pin.may(p)}
    assert lost == PASSWORD_ONLY & permissions_of(roles)
    assert all(by_password.may(p) for p in Permission if by_pin.may(p))


def test_accounts_and_settings_are_behind_the_password() -> None:
    assert {P.ACCOUNTS, P.SETTINGS_WRITE} <= PASSWORD_ONLY


def test_codes_of_roles_and_permissions_are_stable_text() -> None:
    """They are stored: a code that changes would take somebody's post away."""
    assert [str(role) for role in Role] == [
        *("guide", "operator", "leader", "supervisor"),
        *("training-manager", "trainer", "duty-manager", "administrator"),
    ]
    for one, other in itertools.combinations(Permission, 2):
        assert str(one) != str(other)


def test_every_permission_but_anyones_has_words_of_its_own() -> None:
    assert set(PERMISSION_LABELS) == set(Permission) - {P.ANYONE}
    assert len(set(PERMISSION_LABELS.values())) == len(PERMISSION_LABELS)


def test_the_guides_table_is_the_programs() -> None:
    """Roles across, permissions down; what the guide promises is what the services keep."""
    between = GUIDE.read_text("utf-8").split("<!-- rights: begin -->")[1].split("<!-- rights: end -->")[0]
    head, _line, *rows = [_cells(line) for line in between.strip().splitlines()]
    assert head == ["may", *(ROLE_LABELS[role] for role in Role)]
    expected = [
        [words, *("✓" if permission in ROLE_PERMISSIONS[role] else "" for role in Role)]
        for permission, words in PERMISSION_LABELS.items()
    ]
    assert rows == expected


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
