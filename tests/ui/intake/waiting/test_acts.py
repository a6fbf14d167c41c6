"""Orders for several places: each for itself, what is refused is counted and the reason of the first kept."""

from __future__ import annotations

from typing import Any

from deskapp.domain.changes import Changes
from deskapp.domain.text import Text
from deskapp.errors import RuleError
from deskapp.services.base import Done, new_request
from deskapp.ui.intake.waiting.acts import ForAll


class UseCase:
    """Refuses what has an odd id."""

    __lane__ = "writes"

    def __init__(self) -> None:
        self.requests: list[str] = []

    def __call__(self, _actor: Any, request: str, entry_id: int, _version: int) -> Done[None]:
        self.requests.append(request)
        if entry_id % 2:
            raise RuleError(f"odd.{entry_id}", Text("odd"))
        return Done(None, Changes.of("queue", entry_id))


def test_what_can_be_done_is_done_and_the_rest_told() -> None:
    case = UseCase()
    done = ForAll(case)("", new_request(), ((1, 1), (2, 1), (3, 1), (4, 1)))
    assert (done.value.done, done.value.left) == (2, 2)
    assert done.value.why is not None
    assert done.value.why.code == "odd.1"
    assert done.changes == Changes.of("queue", 2, 4)


def test_each_has_a_request_of_its_own_that_a_retry_has_again() -> None:
    case, request = UseCase(), new_request()
    for _ in range(2):
        ForAll(case)("", request, ((2, 1), (4, 1)))
    first, second = case.requests[:2], case.requests[2:]
    assert first == second
    assert len(set(first)) == 2
    assert all(len(one) == len(request) for one in first)
    assert ForAll(case).__lane__ == "writes"
