"""Options of the site and of one workstation: typed, audited, with their defaults."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from deskapp.db.engine import Store
from deskapp.db.models.access import AuditBody, AuditEntry
from deskapp.domain.access import Actor, Role
from deskapp.domain.changes import Changes
from deskapp.errors import ConflictError, InputError, PermissionDenied
from deskapp.services.all import Services
from deskapp.services.base import new_request
from deskapp.services.settings import MAX_LOGO_BYTES, PNG_SIGNATURE, SettingsService
from deskapp.settings import OPTIONS

NOBODY = Actor(0, "", frozenset())


@pytest.fixture
def settings(services: Services) -> SettingsService:
    return services.settings


def test_without_a_change_every_option_has_its_default(settings: SettingsService) -> None:
    assert settings.values(NOBODY, "desk-1") == {name: option.default for name, option in OPTIONS.items()}


def test_a_change_holds_for_the_whole_site(settings: SettingsService, head: Actor) -> None:
    done = settings.change(head, new_request(), "lock.minutes", 9)
    assert done.changes == Changes.of("setting")
    assert [settings.values(NOBODY, desk)["lock.minutes"] for desk in ("desk-1", "desk-2")] == [9, 9]
    settings.change(head, new_request(), "lock.minutes", 3)
    assert settings.values(NOBODY, "desk-1")["lock.minutes"] == 3


def test_an_option_of_a_workstation_holds_there_only(settings: SettingsService, operator: Actor) -> None:
    settings.change_here(operator, new_request(), "look.scheme", "dark", "desk-1")
    settings.change_here(operator, new_request(), "look.scale", 150, "desk-2")
    shown = {
        desk: [settings.values(NOBODY, desk)[name] for name in ("look.scheme", "look.scale")]
        for desk in ("desk-1", "desk-2", "desk")
    }
    assert shown == {"desk-1": ["dark", 100], "desk-2": ["auto", 150], "desk": ["auto", 100]}


def test_the_printer_of_a_form_is_remembered_per_workstation(
    settings: SettingsService, operator: Actor
) -> None:
    settings.change_here(operator, new_request(), "printer.number-slip", "收银台 80mm", "desk-1")
    assert settings.values(NOBODY, "desk-1")["printer.number-slip"] == "收银台 80mm"
    assert "printer.number-slip" not in settings.values(NOBODY, "desk-2")


@pytest.mark.parametrize("value", ["5", 5.0, None, True, [5]])
def test_an_option_keeps_its_type(settings: SettingsService, head: Actor, value: object) -> None:
    with pytest.raises(TypeError, match=r"lock\.minutes"):
        settings.change(head, new_request(), "lock.minutes", value)
    assert settings.values(NOBODY, "desk-1")["lock.minutes"] == 5


def test_a_workstation_does_not_change_the_site(settings: SettingsService, operator: Actor) -> None:
    with pytest.raises(ValueError, match=r"hospital\.name"):
        settings.change_here(operator, new_request(), "hospital.name", "x", "desk-1")


def test_an_option_that_does_not_exist_is_a_bug(settings: SettingsService, head: Actor) -> None:
    with pytest.raises(KeyError):
        settings.change(head, new_request(), "no.such", 1)


def test_only_those_who_may_change_the_site(settings: SettingsService, actors: dict[Role, Actor]) -> None:
    allowed = set()
    for role, actor in actors.items():
        try:
            settings.change(actor, new_request(), "lock.minutes", 7)
            allowed.add(role)
        except PermissionDenied:
            pass
    assert allowed == {Role.SUPERVISOR, Role.ADMINISTRATOR}


def test_a_change_is_in_the_trail_with_before_and_after(
    settings: SettingsService, head: Actor, store: Store
) -> None:
    for minutes in (9, 3):
        settings.change(head, new_request(), "lock.minutes", minutes)
    with store.reading() as session:
        bodies = session.scalars(select(AuditBody.body).order_by(AuditBody.entry_id)).all()
        actors = set(session.scalars(select(AuditEntry.actor_id)))
    assert [body.decode() for body in bodies] == [
        '{"after":{"lock.minutes":9},"before":{"lock.minutes":5}}',
        '{"after":{"lock.minutes":3},"before":{"lock.minutes":9}}',
    ]
    assert actors == {head.account_id}


def test_the_logo_is_kept_and_replaced(settings: SettingsService, head: Actor) -> None:
    assert settings.logo(NOBODY) is None
    for end in (b"one", bytes(MAX_LOGO_BYTES - len(PNG_SIGNATURE))):
        settings.change_logo(head, new_request(), PNG_SIGNATURE + end)
        assert settings.logo(NOBODY) == PNG_SIGNATURE + end


@pytest.mark.parametrize(
    ("png", "code"),
    [
        (b"", "logo.format"),
        (b"GIF89a", "logo.format"),
        (b"<svg/>", "logo.format"),
        (PNG_SIGNATURE + bytes(MAX_LOGO_BYTES), "logo.size"),
    ],
)
def test_a_logo_that_is_no_small_png_is_refused(
    settings: SettingsService, head: Actor, png: bytes, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        settings.change_logo(head, new_request(), png)
    assert (caught.value.field, caught.value.code) == ("logo", code)
    assert settings.logo(NOBODY) is None


# --- Figures of the house ----------------------------------------------------------------------------------------


def test_figures_are_stored_together_and_each_is_audited(
    settings: SettingsService, head: Actor, store: Store
) -> None:
    values = {"wait.apology-minutes": 20, "queue.walk-ins-each": 3}
    done = settings.change_figures(head, new_request(), values, {})
    assert done.changes == Changes.of("setting")
    found = settings.values(NOBODY, "desk-1")
    assert {name: found[name] for name in values} == values
    asked = select(AuditBody.body).join(AuditEntry).where(AuditEntry.action == "setting.change")
    with store.reading() as session:
        bodies = [body.decode() for body in session.scalars(asked.order_by(AuditEntry.id))]
    assert bodies == [
        '{"after":{"queue.walk-ins-each":3},"before":{"queue.walk-ins-each":2}}',
        '{"after":{"wait.apology-minutes":20},"before":{"wait.apology-minutes":15}}',
    ]


def test_of_figures_that_do_not_fit_none_is_stored(settings: SettingsService, head: Actor) -> None:
    with pytest.raises(InputError) as caught:
        settings.change_figures(
            head, new_request(), {"lock.minutes": 9, "retention.years": 3, "question.hours": 5}, {}
        )
    assert caught.value.field == "retention.years"
    assert settings.values(NOBODY, "desk-1")["lock.minutes"] == 5


def test_what_another_desk_set_meanwhile_is_not_written_over(settings: SettingsService, head: Actor) -> None:
    settings.change_figures(head, new_request(), {"lock.minutes": 9}, {"lock.minutes": 5})
    with pytest.raises(ConflictError):
        settings.change_figures(head, new_request(), {"lock.minutes": 7}, {"lock.minutes": 5})
    assert settings.values(NOBODY, "desk-1")["lock.minutes"] == 9
    # Two who want the same do not get into each other's way.
    settings.change_figures(head, new_request(), {"lock.minutes": 9}, {"lock.minutes": 5})


def test_a_figure_outside_its_limits_is_refused_one_by_one_too(
    settings: SettingsService, head: Actor
) -> None:
    with pytest.raises(InputError):
        settings.change(head, new_request(), "lock.minutes", 0)
