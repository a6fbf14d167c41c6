"""What the desk knows of the house: departments, doctors, prices, places, promotions, news, sentences to say."""

from __future__ import annotations

from deskapp.services.directory.reading import BY_CODE_AND_DAY, duty_of, duty_row, duty_times, local, valid_on
from deskapp.services.directory.service import Detail, DirectoryService
from deskapp.services.directory.storing import (
    department_values,
    doctor_values,
    prefix_taken,
    prefixes,
    price_values,
    put_department,
    put_doctor,
    put_duty_times,
    put_price,
    put_staff,
    staff_values,
)

__all__ = [
    "BY_CODE_AND_DAY",
    "Detail",
    "DirectoryService",
    "department_values",
    "doctor_values",
    "duty_of",
    "duty_row",
    "duty_times",
    "local",
    "prefix_taken",
    "prefixes",
    "price_values",
    "put_department",
    "put_doctor",
    "put_duty_times",
    "put_price",
    "put_staff",
    "staff_values",
    "valid_on",
]
