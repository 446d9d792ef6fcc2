"""How long the results of each MCP tool are, in characters: the text, and the structured content.

    python benchmarks/assistant_results.py

About four characters are a token. Clients give a model one of the two, or both. The calls are
typical ones; `every answer` and `every entry` are the longest of what the knowledge base can say.
"""

from __future__ import annotations

import json
from random import Random
from statistics import median
from typing import Any

import anyio
from mcp import Client

from sourcebot.server.assistants.server import create_server
from sourcebot.server.bases import Bases
from sourcebot.server.logs import Log

SEVERAL = 20
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("kb_ask", "a definition", {"question": "what is offshoring"}),
    ("kb_ask", "a difference", {"question": "whats diffrence outsorcing & offshoring"}),
    ("kb_ask", "two readings", {"question": "types"}),
    ("kb_ask", "not known", {"question": "who won the match"}),
    ("kb_compare", "two concepts", {"concepts": ["offshoring", "outsourcing"]}),
    ("kb_compare", "three concepts", {"concepts": ["bpo", "kpo", "lpo"]}),
    ("kb_list", "concepts, 50", {"kind": "concepts"}),
    ("kb_list", "claims, 50", {"kind": "claims"}),
    ("kb_list", "criteria, all", {"kind": "criteria"}),
    ("kb_entry", "risks of BPO", {"concept": "bpo", "aspect": "risks"}),
    ("kb_advise_step", "first question", {}),
    ("kb_recommend", "two answers", {"answers": {"current": "own-home", "core": "commodity"}}),
]


async def main() -> None:
    """Measure and print."""
    bases = Bases({"sourcing": None})
    base = bases.default.edition.bot.knowledge
    assert base.advice is not None
    async with Client(create_server(bases, log=Log(write=lambda line: None))) as client:

        async def lengths(tool: str, arguments: dict[str, Any]) -> tuple[int, int]:
            result = await client.call_tool(tool, arguments)
            whole = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
            return sum(len(getattr(one, "text", "")) for one in result.content), len(whole)

        print(f"{'tool':15} {'call':28} {'text':>7} {'structured':>11}")
        for tool, what, arguments in CALLS:
            text, whole = await lengths(tool, arguments)
            print(f"{tool:15} {what:28} {text:7,} {whole:11,}")
        entries = [
            await lengths("kb_entry", {"concept": one.concepts[0], "aspect": one.aspect})
            for one in base.entries.values()
            if len(one.concepts) == 1
        ]
        print(_summed("kb_entry", f"every entry ({len(entries)})", entries))
        pick = Random(1)
        cases = [
            {id: pick.choice(list(one.answers)) for id, one in base.advice.criteria.items()}
            for _ in range(SEVERAL)
        ]
        told = [await lengths("kb_recommend", {"answers": case}) for case in cases]
        print(_summed("kb_recommend", f"every answer ({SEVERAL} cases)", told))
        tools = (await client.list_tools()).tools
        read = sum(len(f"{t.name}{t.description}{json.dumps(t.input_schema)}") for t in tools)
        print(f"\nbefore any call: tools {read:,}, instructions {len(client.instructions or ''):,}")


def _summed(tool: str, what: str, found: list[tuple[int, int]]) -> str:
    lines = []
    for name, of in (("median", median), ("longest", max)):
        text, whole = (round(of([one[side] for one in found])) for side in (0, 1))
        lines.append(f"{tool:15} {f'{what}, {name}':28} {text:7,} {whole:11,}")
    return "\n".join(lines)


if __name__ == "__main__":
    anyio.run(main)
