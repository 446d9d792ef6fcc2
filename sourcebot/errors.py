"""The errors that Sourcebot raises on purpose.

    SourcebotError
    ├── KnowledgeError   a knowledge base that cannot be used: all its problems at once
    ├── TemplateError    a template that does not render, or does more than it may
    ├── RouterFileError  a file that is no saved router, or one of another version
    ├── ConversationError a saved conversation that cannot be resumed
    ├── LearningError    what was learnt cannot be read or kept
    └── ServerError      a server that cannot be set up as it was asked for

Each message says what is wrong, where, and what to do, on one line.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """One thing that is wrong in a knowledge base.

    file: path as the curator knows it; line: 1-based, 0 where no line applies;
    message: what is wrong and what to do; warning: True where the base still works.
    """

    file: str
    line: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {'warning: ' if self.warning else ''}{self.message}"


class SourcebotError(Exception):
    """Base of all errors that Sourcebot raises on purpose."""


class KnowledgeError(SourcebotError):
    """A knowledge base that cannot be used.

    problems: all that was found, sorted by file and line.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        more = len(self.problems) - 1
        text = str(self.problems[0]) if self.problems else "the knowledge base is broken"
        super().__init__(
            text + (f" (and {more} more: run `sourcebot kb check`)" if more > 0 else "")
        )


class TemplateError(SourcebotError):
    """A template that does not render, or does more than it may."""


class RouterFileError(SourcebotError, ValueError):
    """A file that is no saved router, is damaged, or comes from another version."""


class ConversationError(SourcebotError, ValueError):
    """A saved conversation that cannot be resumed."""


class LearningError(SourcebotError):
    """What a learner has learnt cannot be read or kept; the file is as it was."""


class ServerError(SourcebotError):
    """A server that cannot be set up as it was asked for."""
