"""Days that a document's date may mean."""

from __future__ import annotations

import datetime


def days_of(date: str) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of a year, month, day or time in ISO 8601, else ``None``.

    >>> days_of("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    try:
        parts = [int(part) for part in date.split("-")] if len(date) <= len("YYYY-MM") else []
        if len(parts) == 1:
            return datetime.date(parts[0], 1, 1), datetime.date(parts[0], 12, 31)
        if len(parts) == 2:
            first = datetime.date(parts[0], parts[1], 1)
            after = (first + datetime.timedelta(days=31)).replace(day=1)
            return first, after - datetime.timedelta(days=1)
        day = datetime.datetime.fromisoformat(date).date()
    except (ValueError, OverflowError):
        return None
    return day, day
