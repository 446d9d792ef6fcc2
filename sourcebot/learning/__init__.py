"""Lessons, exercises, reviews and progress; no door knows how they work, and they know no door."""
