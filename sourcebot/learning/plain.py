"""Times and shares as people say them, wherever progress is told."""

from __future__ import annotations

from datetime import datetime

_HOUR = 3600
_SOON = 90
"""Minutes up to which minutes are counted."""


def until(due: datetime, now: datetime) -> str:
    """When something is due, seen from now (both aware): "in 10 minutes", "tomorrow".

    Days are those of the learner's own calendar.
    """
    seconds = (due - now).total_seconds()
    if seconds <= 0:
        return "now"
    days = (due.astimezone().date() - now.astimezone().date()).days
    if seconds <= _SOON * 60:
        return f"in {counted(max(1, round(seconds / 60)), 'minute')}"
    if days == 0:
        return f"in {counted(max(1, round(seconds / _HOUR)), 'hour')}"
    return "tomorrow" if days == 1 else f"in {counted(days, 'day')}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 as a percentage; a dash where there is none."""
    return "-" if share is None else f"{round(share * 100)}%"


def day(when: datetime | None) -> str | None:
    """The learner's own day of a moment, as 2026-05-04."""
    return when.astimezone().date().isoformat() if when is not None else None


def counted(number: int, unit: str) -> str:
    """A number of things: "1 answer", "2 answers"."""
    return f"{number} {unit}{'' if number == 1 else 's'}"
