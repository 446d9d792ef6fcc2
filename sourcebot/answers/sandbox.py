"""A Jinja2 environment for templates that may come from strangers.

Beyond Jinja2's own sandbox: undefined names are errors, only the functions we pass can be called,
and loops, calls, sizes and output draw on a budget, so that no template can hang or fill memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sourcebot import errors

MAX_STEPS = 20_000
MAX_OUTPUT = 400_000
MAX_TEXT = 100_000
_LOOP, _TEXT = "bounded_loop", "bounded_text"
_FILTERS = frozenset(
    """capitalize default d e escape first float groupby int join last length list lower map max min
    reject rejectattr reverse round select selectattr sort sum title trim unique upper""".split()  # noqa: SIM905
)

_steps: ContextVar[int] = ContextVar("steps", default=MAX_STEPS)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment over a fixed set of templates, name -> text."""

    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def __init__(self, templates: Mapping[str, str]) -> None:
        super().__init__(
            loader=DictLoader(dict(templates)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            autoescape=False,
            cache_size=200,
        )
        self.globals.clear()
        self.filters = {name: call for name, call in self.filters.items() if name in _FILTERS}
        self.filters[_LOOP] = _bounded_loop
        self.filters[_TEXT] = _bounded_text

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = _filtered(loop.iter, _LOOP)
        for assignment in list(tree.find_all(nodes.Assign)):
            assignment.node = _filtered(assignment.node, _TEXT)
        for printed in list(tree.find_all(nodes.Output)):
            printed.nodes = [
                part if isinstance(part, nodes.TemplateData) else _filtered(part, _TEXT)
                for part in printed.nodes
            ]
        for block in list(tree.find_all(nodes.AssignBlock)):
            block.filter = nodes.Filter(
                block.filter, _TEXT, [], [], None, None, lineno=block.lineno
            )
        return tree

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers only: text and lists cannot be multiplied into memory."""
        if not all(isinstance(side, (int, float)) for side in (left, right)):
            raise SecurityError(f"`{operator}` works on numbers only; use `~` to join text")
        if operator == "**" or max(abs(left), abs(right)) > 10**9:
            raise SecurityError("numbers of this size are not needed in a template")
        return super().call_binop(context, operator, left, right)

    def is_safe_callable(self, obj: Any) -> bool:
        """Only functions that were passed for the purpose, and macros."""
        return isinstance(obj, Macro) or getattr(obj, "for_templates", False) is True

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call one of the allowed functions, at the cost of a step."""
        _spend(10)
        return super().call(__context, __obj, *args, **kwargs)


def for_templates(function: Callable[..., str]) -> Callable[..., str]:
    """Mark a function as callable from templates."""
    function.for_templates = True  # type: ignore[attr-defined]
    return function


def render(sandbox: Sandbox, name: str, values: Mapping[str, Any]) -> str:
    """Render a template. Raises errors.TemplateError with `file:line: what` on any fault."""
    token = _steps.set(MAX_STEPS)
    try:
        template = sandbox.get_template(name)
        pieces: list[str] = []
        size = 0
        for piece in template.generate(**values):
            size += len(piece)
            if size > MAX_OUTPUT:
                raise SecurityError(f"prints more than {MAX_OUTPUT:,} characters")
            pieces.append(piece)
        return "".join(pieces)
    except (TemplateError, RecursionError, TypeError, ValueError, ArithmeticError) as error:
        raise errors.TemplateError(_describe(name, error)) from error
    finally:
        _steps.reset(token)


def _describe(name: str, error: BaseException) -> str:
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in (name, "<template>"):
            line = line or trace.tb_lineno
        trace = trace.tb_next
    where = f"content/{getattr(error, 'name', None) or name}" + (f":{line}" if line else "")
    what = " ".join(str(error).split()) or type(error).__name__
    return f"{where}: {what}"


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _spend(steps: int) -> None:
    left = _steps.get() - steps
    if left < 0:
        raise SecurityError(f"loops and calls more than {MAX_STEPS:,} times")
    _steps.set(left)


def _bounded_loop(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _spend(1)
        yield item


def _bounded_text(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise SecurityError(f"builds a text of more than {MAX_TEXT:,} characters")
    return value
