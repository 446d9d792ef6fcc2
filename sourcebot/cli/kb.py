"""`sourcebot kb`: the curator's bench: check the files, count what is known, measure."""

from __future__ import annotations

import textwrap
from argparse import Namespace
from collections import Counter
from datetime import date
from pathlib import Path

from sourcebot.cli import streams
from sourcebot.errors import KnowledgeError, Problem
from sourcebot.knowledge.folders import read_base, root_of
from sourcebot.knowledge.model import KnowledgeBase

BROKEN = 2
_SHOWN = 10


def run(options: Namespace, folder: str | None) -> int:
    """Run the action that the options name and return the exit code."""
    match options.action:
        case "new":
            from sourcebot.cli.kb_new import new

            return new(options.dir, options.title)
        case "import":
            from sourcebot.cli.kb_import import import_files

            return import_files(options, folder)
        case "schema":
            return schema(Path(options.output))
        case "check":
            return check(folder)
        case "stats":
            return stats(folder, as_json=options.json)
        case _:
            from sourcebot.cli.measure import test

            return test(options, folder)


def check(folder: str | None) -> int:
    """Print every problem as `file:line: message`; 2 where one of them is an error."""
    from sourcebot.knowledge.census import stale_problems
    from sourcebot.knowledge.loader import examine

    try:
        base, problems = examine(read_base(folder))
        if base is not None:
            from sourcebot.dialogue.check import check_bot
            from sourcebot.learning.course import course_of
            from sourcebot.learning.proof import problems as of_course

            root = str(root_of(folder))
            old = stale_problems(base, date.today(), root)
            taught = of_course(base, course_of(base), root)
            problems = sorted({*problems, *check_bot(base, root), *old, *taught})
    except KnowledgeError as error:
        base, problems = None, list(error.problems)
    streams.write_text("".join(f"{problem}\n" for problem in problems))
    return _sum_up(base, problems)


def _sum_up(base: KnowledgeBase | None, problems: list[Problem]) -> int:
    warnings = sum(problem.warning for problem in problems)
    errors = len(problems) - warnings
    found = ", ".join(
        f"{number} {noun}{'s' if number != 1 else ''}"
        for number, noun in ((errors, "error"), (warnings, "warning"))
        if number
    )
    if errors or base is None:
        streams.complain(f"{found}; this knowledge base cannot be used until they are put right")
        return BROKEN
    streams.write_text(
        f"{base.stamp}: {len(base.concepts)} concepts, {len(base.entries)} entries, "
        f"{found or 'no problems'}\n"
    )
    return 0


def stats(folder: str | None, *, as_json: bool) -> int:
    """Print what is covered, concept by aspect, and how much there is of everything."""
    from sourcebot.cli.coverage import counts, coverage, coverage_table, empty_cells
    from sourcebot.knowledge.census import by_kind_of_source, stale

    base = KnowledgeBase.load(folder)
    totals = counts(base)
    counted: Counter[str] = Counter(source.kind for source in base.sources.values())
    kinds = dict(sorted(counted.items()))
    cited = by_kind_of_source(base)
    old = stale(base, date.today())
    empty = empty_cells(base)
    if as_json:
        import json

        document = {
            "kb": base.stamp,
            "counts": totals,
            "sources": kinds,
            "facts_by_source": cited,
            "coverage": coverage(base),
            "does_not_apply": {c.id: c.does_not_apply for c in base.concepts.values()},
            "empty": empty,
            "stale": [
                {"at": str(o.told.place), "aspect": o.told.aspect, "due": o.due.isoformat()}
                for o in old
            ],
        }
        streams.write_bytes(json.dumps(document, ensure_ascii=False).encode() + b"\n")
        return 0
    width = streams.width(at_most=1000)
    lines = [
        f"{base.stamp}: {base.identity.title}",
        "",
        *_numbers(totals),
        "",
        "sources by kind",
        *_numbers(kinds),
        "",
        "facts by kind of source (one may cite several)",
        *(f"{kind:>14}  {n}  {n / totals['facts']:.0%}" for kind, n in cited.items()),
        "",
        "facts by concept and aspect",
        ". nothing yet   - does not apply   ~ made from traits",
        "",
    ]
    streams.write_text("\n".join(lines) + "\n" + coverage_table(base, width))
    missing = ", ".join(f"{c} {a}" for c, aspects in empty.items() for a in aspects)
    ends = [f"empty cells: {missing or 'none'}", f"past their review date: {len(old) or 'none'}"]
    for one in old[:_SHOWN]:
        name = one.told.fact.title or one.told.fact.text[:40]
        ends.append(f"  {one.told.place} {name} ({one.told.aspect}), due {one.due}")
    if len(old) > _SHOWN:
        ends.append("  and more; `sourcebot kb check` lists all of them")
    for end in ends:
        streams.write_text("\n" + textwrap.fill(end, width) + "\n")
    return 0


def _numbers(counted: dict[str, int]) -> list[str]:
    return [f"{name:>14}  {number}" for name, number in counted.items()]


def schema(output: Path) -> int:
    """Write the JSON Schemas; 2 where the folder cannot be written."""
    from sourcebot.knowledge.schema import write_schemas

    try:
        written = write_schemas(output)
    except OSError as error:
        streams.complain(f"{output}: cannot be written: {error.strerror or error}")
        return BROKEN
    streams.write_text("".join(f"{path}\n" for path in written))
    return 0
