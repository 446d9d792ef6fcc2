"""Who learns where nobody says so."""

from __future__ import annotations

import os

VARIABLE = "SOURCEBOT_LEARNER"


def default_learner() -> str:
    """`$SOURCEBOT_LEARNER`, or the name of the user of this machine, or "me"."""
    named = " ".join(os.environ.get(VARIABLE, "").split())
    if named:
        return named
    import getpass

    try:
        return getpass.getuser() or "me"
    except (OSError, KeyError, ImportError):  # a container may have no name for its user
        return "me"
