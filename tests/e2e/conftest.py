"""The small hospital, for tests that work it from outside."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskapp.bootstrap import Hospital
from deskapp.services.base import new_request
from deskapp.settings import printer_option
from tests.support.hospital import hospital, hospital_folder, hospital_template, signed_in
from tests.support.printing import Queue, plain_queue
from tests.support.reception import Reception, open_reception
from tests.support.screen import Screen

__all__ = ["hospital", "hospital_folder", "hospital_template"]


@pytest.fixture
def reception(
    screen: Screen, hospital: Hospital, hospital_folder: Path, tmp_path: Path
) -> Iterator[Reception]:
    """Start the program, and sign the operator in with digit and PIN."""
    with open_reception(screen, hospital, hospital_folder, tmp_path / "watched") as made:
        made.sign_in()
        yield made


@pytest.fixture
def slips(plain_printer: Queue, print_server: Path, hospital: Hospital) -> Iterator[Queue]:
    """Give slips a printer of their own, as at a desk: what comes out of the other one are forms."""
    with plain_queue(print_server, "slips") as queue:
        change, here = hospital.services.settings.change_here, hospital.workstation.name
        actor = signed_in(hospital.services)
        change(actor, new_request(), printer_option("number-slip").name, queue.name, here)
        yield queue
