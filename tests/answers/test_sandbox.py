"""Templates may come from strangers: they read what they are given, and are stopped."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sourcebot.answers.sandbox import MAX_OUTPUT, Sandbox, for_templates, render
from sourcebot.errors import TemplateError

NAME = "answers/a.md.j2"
ALLOWED = {
    *("capitalize", "default", "d", "e", "escape", "first", "float", "groupby", "int", "join"),
    *("last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse"),
    *("round", "select", "selectattr", "sort", "title", "trim", "unique", "upper"),
}
OFFERED_BY_JINJA = (
    *("abs", "attr", "batch", "center", "count", "dictsort", "filesizeformat", "forceescape"),
    *("format", "indent", "items", "pprint", "random", "replace", "safe", "slice", "string"),
    *("striptags", "tojson", "truncate", "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr"),
)


def shown(text: str, **values: object) -> str:
    """What a template prints."""
    return render(Sandbox({NAME: text}), NAME, values)


def refusal(text: str, **values: object) -> str:
    """Why a template is stopped."""
    with pytest.raises(TemplateError) as caught:
        shown(text, **values)
    return str(caught.value)


def test_values_loops_conditions_and_macros_work() -> None:
    text = (
        "{% macro mark(x) %}<{{ x }}>{% endmacro %}"
        "{% for x in items if x != 2 %}{{ loop.index }}{{ mark(x) }}{% else %}none{% endfor %}"
    )

    assert shown(text, items=[1, 2, 3]) == "1<1>2<3>"


def test_text_is_printed_as_it_is() -> None:
    assert shown("{{ x }}", x="{{ 7 * 7 }} <b>&") == "{{ 7 * 7 }} <b>&"


def test_an_undefined_name_is_an_error_with_its_file_and_line() -> None:
    assert refusal("one\ntwo {{ nobody }}") == f"content/{NAME}:2: 'nobody' is undefined"


def test_an_undefined_field_is_an_error_with_its_file_and_line() -> None:
    said = refusal("\n\n{{ x.nothing }}", x={"a": 1})

    assert said.startswith(f"content/{NAME}:3: ")
    assert "nothing" in said


@pytest.mark.parametrize("text", ["{% if %}", "{{", "{% nonsense %}", "{{ x | nonsense }}"])
def test_a_syntax_error_is_an_error_with_its_file_and_line(text: str) -> None:
    said = refusal("one\n" + text)

    assert said.startswith(f"content/{NAME}:2: ")
    assert "\n" not in said


def test_a_missing_template_is_named() -> None:
    assert "answers/nothing.md.j2" in refusal('{% include "answers/nothing.md.j2" %}')


def test_a_fault_in_an_imported_file_is_placed_in_that_file() -> None:
    sandbox = Sandbox(
        {
            NAME: '\n\n\n{% import "answers/parts.md.j2" as parts %}{{ parts.show(1) }}',
            "answers/parts.md.j2": "{% macro show(x) %}\n{{ nobody }}{% endmacro %}",
        }
    )

    with pytest.raises(TemplateError) as caught:
        render(sandbox, NAME, {})

    assert str(caught.value) == "content/answers/parts.md.j2:2: 'nobody' is undefined"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cite.__globals__ }}",
        "{{ cite.__code__ }}",
        "{{ self.__init__ }}",
        "{{ x.__class__ }}",
        "{{ [cite] | map(attribute='__globals__') | first }}",
        "{{ [''] | sort(attribute='__class__.__name__') }}",
        "{{ x.append(1) }}",
        "{{ x.copy() }}",
        "{{ 'a'.upper() }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ '%s' % 1 }}",
        "{{ range(3) }}",
        "{{ dict(a=1) }}",
        "{{ lipsum() }}",
        "{{ cycler(1) }}",
        "{{ joiner() }}",
        "{{ namespace() }}",
        "{{ config }}",
        "{{ request }}",
        "{{ print(1) }}",
        "{{ open('/etc/passwd') }}",
        "{{ loop }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% do x.append(1) %}",
        "{% debug %}",
    ],
)
def test_what_a_template_was_not_given_it_cannot_reach(text: str) -> None:
    cite = for_templates(lambda fact: "")

    assert refusal(text, x=[1], cite=cite).startswith("content/")


@pytest.mark.parametrize(
    "text", ["{{ x | map(attribute='__class__') | list }}", "{{ [''] | groupby('__class__') }}"]
)
def test_a_filter_reaches_no_further_than_a_template(text: str) -> None:
    try:
        printed = shown(text, x=[1])
    except TemplateError:
        printed = ""

    assert "class" not in printed


@pytest.mark.parametrize("name", OFFERED_BY_JINJA)
def test_a_filter_that_is_not_on_the_list_is_unknown(name: str) -> None:
    assert f"No filter named '{name}'" in refusal(f"{{{{ 'a' | {name} }}}}")


def test_the_filters_on_the_list_are_there_and_no_others_of_jinjas() -> None:
    filters = set(Sandbox({}).filters)

    assert filters >= ALLOWED
    assert not filters & set(OFFERED_BY_JINJA)


def test_only_functions_made_for_templates_are_called() -> None:
    assert shown("{{ f(2) }}", f=for_templates(lambda n: "x" * n)) == "xx"
    assert "not safely callable" in refusal("{{ f(2) }}", f=lambda n: "x" * n)


@pytest.mark.parametrize(
    "text",
    ["{{ cite(1) }}", "{{ cite('a') }}", "{{ cite() }}", "{{ [1, 'a'] | sort }}", "{{ 1 // 0 }}"],
)
def test_a_value_of_the_wrong_kind_is_an_error_like_any_other(text: str) -> None:
    cite = for_templates(lambda fact: str(fact.sources))

    assert refusal("\n" + text, cite=cite).startswith(f"content/{NAME}:2: ")


def test_output_is_capped() -> None:
    line = "x" * 1_000

    said = refusal("{% for x in items %}{{ line }}{% endfor %}", items=range(1_000), line=line)

    assert f"prints more than {MAX_OUTPUT:,} characters" in said


def test_the_budget_is_for_one_answer_and_not_for_all() -> None:
    sandbox = Sandbox({NAME: "{% for x in items %}{% endfor %}done"})

    texts = [render(sandbox, NAME, {"items": range(15_000)}) for _ in range(3)]

    assert texts == ["done"] * 3


_DOUBLE = "{% set x = 'abcdefghij' %}" + "{% set x = x ~ x %}" * 13
_GROW = f"{_DOUBLE}{{% set l = x | list %}}"
_TAKES_LONG = {
    "nested loops": "{% for a in items %}{% for b in items %}{% for c in items %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "nested loops that print": "{% for a in items %}{% for b in items %}{% for c in items %}x"
    "{% endfor %}{% endfor %}{% endfor %}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "branching recursion": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}"
    "{% endmacro %}{{ f(40) }}",
    "a recursive loop": "{% for x in deep recursive %}{{ loop([x]) }}{% endfor %}",
    "including itself": "{% include 'answers/a.md.j2' %}",
    "importing itself": "{% import 'answers/a.md.j2' as a %}",
    "extending itself": "{% extends 'answers/a.md.j2' %}",
    "including twice what includes twice": "{% include 'answers/30.md.j2' %}",
    "doubling text": "{% set x = 'ab' %}" + "{% set x = x ~ x %}" * 60 + "{{ x }}",
    "doubling text in a block": "{% set x = 'ab' %}"
    + "{% set x %}{{ x }}{{ x }}{% endset %}" * 60
    + "{{ x }}",
    "doubling text in a macro's arguments": "{% macro f(x, n) %}{% if n %}"
    "{{ f(x ~ x, n - 1) }}{% endif %}{% endmacro %}{{ f('ab', 60) }}",
    "one long join": _DOUBLE + "{{ " + " ~ ".join(["x"] * 20_000) + " }}",
    "joining text by itself": _DOUBLE + "{{ x | join(x) }}",
    "joining many texts": _DOUBLE + "{{ [" + ", ".join(["x"] * 20_000) + "] | join }}",
    "adding up lists": _GROW
    + "{% set l = [l, l, l, l, l, l, l, l, l, l] | sum(start=[]) %}" * 6
    + "{{ l | length }}",
    "sorting in a loop": _GROW
    + "{% for a in l[:15000] %}{% set y = l | sort | unique | list %}{% endfor %}",
    "text times a number": "{{ 'x' * 999999999 }}",
    "a list times a number": "{% set x = [1] * 999999999 %}",
    "powers": "{{ 9 ** 9 ** 9 ** 9 }}",
    "rounding to a billion digits": "{{ 1 | round(999999999, 'ceil') }}",
    "a wide format": "{{ '%999999999d' % 1 }}",
    "a wide str.format": "{{ '{:>999999999}'.format(1) }}",
    "padding": "{{ 'x'.ljust(999999999) }}",
    "a range": "{% for x in range(999999999) %}{% endfor %}",
    "an endless number": "{{ " + "9" * 100_000 + " }}",
    "deep brackets": "{{ " + "[" * 5_000 + "]" * 5_000 + " }}",
    "deep loops": "{% for x in items %}" * 40 + "{% endfor %}" * 40,
    "deep conditions": "{% if true %}" * 150 + "x" + "{% endif %}" * 150 + "{{ nobody }}",
    "deep signs": "{{ " + "-" * 5_000 + "1 }}",
    "a long chain": "{{ x" + ".y" * 5_000 + " }}",
}
_RUN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from sourcebot.answers.sandbox import Sandbox, render
from sourcebot.errors import TemplateError
templates = {"answers/a.md.j2": sys.stdin.read(), "answers/0.md.j2": ""}
for n in range(30):
    twice = "{%% include 'answers/%d.md.j2' %%}" % n * 2
    templates[f"answers/{n + 1}.md.j2"] = twice
try:
    text = render(Sandbox(templates), "answers/a.md.j2", {"items": range(1000), "deep": [1]})
    print("shown", len(text))
except TemplateError as error:
    print("refused", str(error)[:300])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on memory")
@pytest.mark.parametrize("what", _TAKES_LONG)
def test_what_would_take_long_or_much_is_stopped(what: str) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-c", _RUN],
            input=_TAKES_LONG[what],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail("it goes on and on")

    assert done.stdout.startswith("refused content/answers/"), done.stdout + done.stderr[-300:]


def test_a_template_of_ordinary_size_is_within_the_bounds() -> None:
    text = "{% for x in items %}- {{ x | upper }}\n{% endfor %}" * 20

    assert shown(text, items=["a"] * 50).count("- A") == 1_000
