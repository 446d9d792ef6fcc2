"""A Jinja2 environment for templates that may come from strangers.

Beyond Jinja2's own sandbox: undefined names are errors, only the functions we pass can be called,
only plain filters are there, and loops, calls, includes, sizes and output draw on a budget, so that
no template can hang or fill memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sourcebot import errors

MAX_STEPS = 20_000
MAX_OUTPUT = 400_000
MAX_TEXT = 100_000
MAX_OPERANDS = 50
CALL, INCLUDE = 10, 500
_LOOP, _TEXT, _PRINT = "bounded_loop", "bounded_text", "bounded_print"
_ON_TEXT = tuple("capitalize e escape float int lower title trim upper".split())  # noqa: SIM905
_ON_LISTS = tuple(
    [
        "first",
        "groupby",
        "last",
        "length",
        "list",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "reverse",
        "select",
        "selectattr",
        "sort",
        "unique",
    ]
)

_steps: ContextVar[int] = ContextVar("steps", default=MAX_STEPS)


def _uncapitalize(text: str) -> str:
    """A text as it stands in the middle of a sentence; "IT staff" stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


_BOUNDED = (
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Concat, nodes.For, nodes.Assign, nodes.Output,
    nodes.AssignBlock,
)  # fmt: skip
"""What is bounded in a template, in one walk over it."""


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment over a fixed set of templates, name -> text."""

    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def __init__(self, templates: Mapping[str, str]) -> None:
        super().__init__(
            loader=FunctionLoader(functools.partial(_source, templates)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            autoescape=_is_html,
            cache_size=200,
        )
        self.globals.clear()
        allowed = {"default": self.filters["default"], "d": self.filters["default"]}
        allowed |= {name: _costing(self.filters[name], _plain) for name in _ON_TEXT}
        allowed |= {name: _costing(self.filters[name], _any) for name in _ON_LISTS}
        allowed |= {_LOOP: _bounded_loop, _TEXT: _bounded_text, _PRINT: _plain}
        allowed |= {"join": _join, "round": _round}
        allowed["uncapitalize"] = _costing(_uncapitalize, _plain)
        self.filters = allowed

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Parse, and put the bounds around what loops, builds and prints."""
        tree = super()._parse(source, name, filename)
        for node in list(tree.find_all(_BOUNDED)):
            _put_bounds(node)
        return tree

    def get_template(self, *args: Any, **kwargs: Any) -> Template:
        """Fetch a template, at the cost of an include."""
        _spend(INCLUDE)
        return super().get_template(*args, **kwargs)

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
        """Call one of the allowed functions, at the cost of some steps."""
        _spend(CALL)
        return super().call(__context, __obj, *args, **kwargs)


def _is_html(name: str | None) -> bool:
    """Whether a template writes HTML, where text has to be escaped; the others write Markdown."""
    return name is not None and name.endswith(".html.j2")


def for_templates(function: Callable[..., Any]) -> Callable[..., Any]:
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
    # Whatever a stranger's template manages to raise, a curator needs its place and reason.
    except Exception as error:
        raise errors.TemplateError(_describe(name, error)) from error
    finally:
        _steps.reset(token)


def names_used(sandbox: Sandbox, text: str) -> set[str]:
    """The names a template takes from outside, in whatever branch; none where it cannot be read."""
    try:
        return meta.find_undeclared_variables(sandbox.parse(text))
    except (TemplateSyntaxError, SecurityError):
        return set()


def _source(templates: Mapping[str, str], name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """The text of a template, with its own name as the file that errors are placed in."""
    return (templates[name], name, lambda: True) if name in templates else None


def _describe(name: str, error: BaseException) -> str:
    """`content/file:line: what`, where the innermost template frame is."""
    file, line = name, None
    if isinstance(error, TemplateSyntaxError):
        file, line = error.name or name, error.lineno
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    where = f"content/{file}" + (f":{line}" if line else "")
    what = " ".join(str(error).split()) or type(error).__name__
    return f"{where}: {what}"


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def _put_bounds(node: nodes.Node) -> None:
    """Let what a node loops over, builds or prints go through a filter that counts it."""
    match node:
        case nodes.List() | nodes.Tuple() | nodes.Dict():
            _refuse_nesting(node)
        case nodes.Concat():
            if len(node.nodes) > MAX_OPERANDS:
                raise SecurityError(f"joins more than {MAX_OPERANDS} texts with `~`")
            node.nodes = [_filtered(part, _PRINT) for part in node.nodes]
        case nodes.For():
            node.iter = _filtered(node.iter, _LOOP)
        case nodes.Assign():
            node.node = _filtered(node.node, _TEXT)
        case nodes.Output():
            node.nodes = [
                part if isinstance(part, nodes.TemplateData) else _filtered(part, _PRINT)
                for part in node.nodes
            ]
        case nodes.AssignBlock():
            inner = node.filter
            node.filter = nodes.Filter(inner, _PRINT, [], [], None, None, lineno=node.lineno)


def _refuse_nesting(literal: nodes.Literal) -> None:
    """Lists of lists, doubled often enough, take for ever to print or to compare."""
    if isinstance(literal, nodes.Dict):
        raise SecurityError("dictionaries are not needed in a template")
    if getattr(literal, "ctx", "load") == "load":
        for item in literal.iter_child_nodes():
            if not isinstance(item, nodes.Const):
                raise SecurityError("a list written in a template may hold plain values only")


def _spend(steps: int) -> None:
    left = _steps.get() - steps
    if left < 0:
        raise SecurityError(f"loops, calls or includes more than {MAX_STEPS:,} steps allow")
    _steps.set(left)


def _size(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") else 1


def _costing(filter_: Callable[..., Any], check: Callable[[Any], Any]) -> Callable[..., Any]:
    """The filter, at a cost that grows with what it is given."""
    # The position of the value differs where Jinja2 passes its environment or context first.
    position = 1 if hasattr(filter_, "jinja_pass_arg") else 0

    @functools.wraps(filter_)
    def costing(*args: Any, **kwargs: Any) -> Any:
        _spend(1 + _size(args[position]) // 100)
        check(args[position])
        return filter_(*args, **kwargs)

    return costing


def _any(value: Any) -> Any:
    return value


def _plain(value: Any) -> Any:
    """Text and numbers pass, within bounds; nothing else can be printed."""
    if value is None or isinstance(value, (str, int, float)):
        return _bounded_text(value)
    if isinstance(value, StrictUndefined):
        return value
    raise SecurityError(f"only text and numbers can be printed, not a {type(value).__name__}")


def _bounded_text(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise SecurityError(f"builds a text of more than {MAX_TEXT:,} characters")
    return value


def _bounded_loop(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _spend(1)
        yield item


def _join(items: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    """Jinja2's `join`, on text and numbers, within bounds."""
    pieces: list[str] = []
    size = 0
    for item in _bounded_loop(items):
        value = getattr(item, attribute) if attribute and not attribute.startswith("_") else item
        pieces.append(str(_plain(value)))
        size += len(pieces[-1]) + len(_plain(separator))
        if size > MAX_TEXT:
            raise SecurityError(f"builds a text of more than {MAX_TEXT:,} characters")
    return separator.join(pieces)


def _round(value: float, precision: int = 0) -> float:
    """Jinja2's `round` to the nearest, with at most ten digits."""
    if not 0 <= precision <= 10:
        raise SecurityError("rounds to more than 10 digits")
    return round(value, precision)
