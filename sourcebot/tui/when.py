"""Times and spans in words, as they are said of reviews and memories."""

from __future__ import annotations

from datetime import date, datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_name(day: date) -> str:
    """The day of the week, the same in any locale."""
    return _DAYS[day.weekday()]


def day_of(day: date) -> str:
    """A day as it is read: "Tue 4 Aug"."""
    return f"{day_name(day)} {day.day} {_MONTHS[day.month - 1]}"


def until(due: datetime, now: datetime) -> str:
    """How long it is until then: "in a few minutes", "tomorrow", "in 5 days, Tue 4 Aug"."""
    there, here = due.astimezone(), now.astimezone()
    days = (there.date() - here.date()).days
    if (there - here).total_seconds() <= 3600:
        return "in a few minutes" if there > here else "now"
    if days <= 1:
        return "tomorrow" if days else "later today"
    return f"in {days} days, {day_of(there.date())}"


def lasting(days: float) -> str:
    """A span: "5 hours", "12 days", "3 months"."""
    if days < 1:
        return counted(max(1, round(days * 24)), "hour")
    if days < 60:
        return counted(round(days), "day")
    return (
        counted(round(days / 30.44), "month") if days < 700 else counted(round(days / 365), "year")
    )


def counted(number: int, one: str, more: str = "") -> str:
    """A number with its noun: "1 idea", "3 ideas"."""
    return f"{number} {one if number == 1 else more or one + 's'}"
