"""What assistants get: tools, resources and prompts, over both versions of the protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import PromptReference, ResourceTemplateReference

from sourcebot import Bot
from sourcebot.dialogue.reply import Reply
from sourcebot.server.assistants import results, shapes
from sourcebot.server.assistants.desk import Desk
from sourcebot.server.assistants.results import LONGEST_TEXT, MOST_REASONS, shortened
from sourcebot.server.assistants.tokens import LONGEST, Seal
from sourcebot.server.bases import Bases
from tests.knowledge.tea import TeaFolder
from tests.server.assistants_setup import (
    MODES,
    Lines,
    Mode,
    Person,
    call,
    connected,
    refused,
    server_over,
    text_of,
)

TOOLS = {
    "kb_ask": {"question"},
    "kb_compare": {"concepts"},
    "kb_list": {"kind"},
    "kb_entry": {"concept", "aspect"},
    "kb_advise_step": set(),
    "kb_recommend": {"answers"},
}


@pytest.fixture(scope="module")
def bases(shared_cache: Path) -> Bases:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        return Bases({"sourcing": None})


@pytest.fixture(scope="module")
def server(bases: Bases) -> Desk:
    return server_over(bases)


@pytest.fixture(scope="module")
def bot(bases: Bases) -> Bot:
    return bases.default.edition.bot


@pytest.fixture(scope="module")
def two(shared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A server over two bases, the shipped one first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCEBOT_CACHE", str(shared_cache))
        tea = TeaFolder(tmp_path_factory.mktemp("tea")).root
        return server_over(Bases({"sourcing": None, "tea": str(tea)}))


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> Mode:
    chosen: Mode = request.param
    return chosen


# What is offered


async def test_tools_are_offered_read_only_with_what_they_take_and_return(
    server: Desk, mode: Mode
) -> None:
    async with connected(server, mode) as client:
        tools = (await client.list_tools()).tools

    assert {t.name: set(t.input_schema.get("required", ())) for t in tools} == TOOLS
    for tool in tools:
        assert tool.title
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.annotations.idempotent_hint
        assert tool.annotations.open_world_hint is False
        assert tool.output_schema is not None
        assert "kb" in tool.output_schema["required"]
        assert tool.input_schema["additionalProperties"] is False
        properties = tool.input_schema["properties"]
        assert all("description" in field for field in properties.values())
        assert not {"kb", "meant", "ctx"} & set(properties)


async def test_several_bases_make_every_tool_and_prompt_take_one(two: Desk, mode: Mode) -> None:
    async with connected(two, mode) as client:
        tools = (await client.list_tools()).tools
        prompts = (await client.list_prompts()).prompts

    assert all("kb" in tool.input_schema["properties"] for tool in tools)
    assert all("kb" in [a.name for a in prompt.arguments or ()] for prompt in prompts)


async def test_the_server_says_how_it_is_to_be_used(server: Desk, mode: Mode) -> None:
    async with connected(server, mode) as client:
        told = client.instructions or ""

    assert "never an instruction" in told
    assert "Cite the sources" in told
    assert "no legal advice" in told


def test_what_tools_return_has_every_field_of_a_reply() -> None:
    assert set(shapes.Reply.model_fields) == set(Reply.__struct_fields__)


# Questions


async def test_a_question_is_answered_as_everywhere_else(
    server: Desk, bot: Bot, mode: Mode
) -> None:
    async with connected(server, mode) as client:
        result = await client.call_tool("kb_ask", {"question": "whats ofshoring"})

    whole = dict(result.structured_content or {})
    token = whole.pop("conversation")
    assert whole.pop("why") is None
    assert whole == json.loads(bot.ask("whats ofshoring").to_json())
    text = text_of(result)
    assert text.startswith(whole["text"])
    assert f"[1] {whole['sources'][0]['title']}" in text
    assert f"kb: {bot.knowledge.stamp}" in text
    assert token in text


async def test_follow_ups_go_on_with_what_was_returned(server: Desk, mode: Mode) -> None:
    async with connected(server, mode) as client:
        first = await call(client, "kb_ask", question="what is offshoring")
        second = await call(
            client, "kb_ask", question="and the risks?", conversation=first["conversation"]
        )
        third = await call(client, "kb_ask", question="2", conversation=second["conversation"])
        again = await call(
            client, "kb_ask", question="and the risks?", conversation=first["conversation"]
        )

    assert (second["intent"], second["concepts"]) == ("risks", ["offshoring"])
    assert third["status"] == "answered"
    assert again == second


async def test_a_conversation_is_word_for_word_that_of_the_chat(
    server: Desk, bot: Bot, mode: Mode
) -> None:
    messages = ["help me decide about payroll", "2", "what is voip", "1", "my answers", "stop"]
    chat = bot.start()
    token: str | None = None
    async with connected(server, mode) as client:
        for message in messages:
            told = await call(client, "kb_ask", question=message, conversation=token)
            token = told["conversation"]
            assert len(token) < LONGEST
            assert told["text"] == chat.send(message).text


async def test_how_a_question_was_understood_is_told_where_asked(server: Desk, mode: Mode) -> None:
    async with connected(server, mode) as client:
        told = await call(client, "kb_ask", question="what is offshoring", explain=True)

    assert "Understood as" in told["why"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token[:40] + token[41:],
        lambda token: token.upper(),
        lambda token: token.removeprefix("c1."),
        lambda token: token + "AAAA",
        lambda token: Seal(b"another").close("sourcing", Bot.load().start()),
        lambda token: "c1.",
        lambda token: "the last one, please",
        lambda token: "c1.ü\u2028\ud800",
    ],
)
async def test_a_conversation_that_is_not_ours_is_refused(
    server: Desk, mode: Mode, damage: Any
) -> None:
    async with connected(server, mode) as client:
        first = await call(client, "kb_ask", question="what is offshoring")
        damaged = damage(first["conversation"]).encode("utf-8", "replace").decode()
        told = await refused(client, "kb_ask", question="and why?", conversation=damaged)

    assert "not returned by this server" in told
    assert "leave it out" in told


async def test_a_secret_that_is_shared_lets_another_process_go_on(
    bases: Bases, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCEBOT_STATE_KEY", "a secret of the operator's")
    async with connected(server_over(bases), mode) as one:
        first = await call(one, "kb_ask", question="what is offshoring")
    async with connected(server_over(bases), mode) as other:
        told = await call(
            other, "kb_ask", question="and the risks?", conversation=first["conversation"]
        )

    assert told["concepts"] == ["offshoring"]


async def test_what_is_unknown_is_said_and_is_no_error(server: Desk, mode: Mode) -> None:
    async with connected(server, mode) as client:
        result = await client.call_tool("kb_ask", {"question": "who won the match"})

    assert not result.is_error
    assert (result.structured_content or {})["status"] == "unknown"
    assert "What can be asked:" in text_of(result)


# Two readings


async def test_two_readings_are_returned_where_the_client_shows_no_forms(
    server: Desk, mode: Mode
) -> None:
    async with connected(server, mode) as client:
        result = await client.call_tool("kb_ask", {"question": "types"})

    whole = dict(result.structured_content or {})
    assert whole["status"] == "clarify"
    assert len(whole["alternatives"]) > 1
    assert "Did you mean:\n- What types of" in text_of(result)


async def test_two_readings_are_put_to_the_person_where_the_client_can(
    server: Desk, mode: Mode
) -> None:
    person = Person("What types of offshoring are there?")
    async with connected(server, mode, elicitation_callback=person.answer) as client:
        told = await call(client, "kb_ask", question="types")

    assert len(person.asked) == 1
    assert (told["status"], told["intent"], told["concepts"]) == (
        "answered",
        "types",
        ["offshoring"],
    )


async def test_a_person_may_decline(server: Desk, mode: Mode) -> None:
    person = Person(declines=True)
    async with connected(server, mode, elicitation_callback=person.answer) as client:
        told = await call(client, "kb_ask", question="types")
        names = await refused(client, "kb_compare", concepts=["shoring", "outsourcing"])

    assert told["status"] == "clarify"
    assert "did you mean" in names


async def test_a_choice_that_was_not_offered_is_refused(server: Desk, mode: Mode) -> None:
    person = Person("something else")
    async with connected(server, mode, elicitation_callback=person.answer) as client:
        told = await refused(client, "kb_ask", question="types")

    assert told == "the answer to the question that was asked back cannot be used"


async def test_names_that_are_near_are_put_to_the_person(server: Desk, mode: Mode) -> None:
    person = Person("reshoring")
    async with connected(server, mode, elicitation_callback=person.answer) as client:
        compared = await call(client, "kb_compare", concepts=["shoring", "outsourcing"])
        entry = await call(client, "kb_entry", concept="shoring", aspect="risks")

    assert compared["concepts"] == ["outsourcing", "reshoring"]
    assert entry["concepts"] == ["reshoring"]
    assert all("reshoring" in offered for offered in person.offered)


# Comparisons and entries


async def test_concepts_are_compared_by_id_name_alias_or_misspelt(
    server: Desk, bot: Bot, mode: Mode
) -> None:
    async with connected(server, mode) as client:
        two = await call(client, "kb_compare", concepts=["Offshoring", "outsorcing"])
        three = await call(
            client,
            "kb_compare",
            concepts=["business process outsourcing", "co sourcing", "outsourcing"],
        )

    chat = bot.ask("what is the difference between offshoring and outsourcing")
    assert two["text"] == chat.text
    assert three["concepts"] == ["bpo", "co-sourcing", "outsourcing"]
    assert three["sources"]


async def test_an_entry_is_read(server: Desk, bot: Bot, mode: Mode) -> None:
    async with connected(server, mode) as client:
        told = await call(client, "kb_entry", concept="BPO", aspect="Risks")
        none = await call(client, "kb_entry", concept="sla", aspect="places")

    assert (told["intent"], told["concepts"], told["status"]) == ("risks", ["bpo"], "answered")
    assert told["text"].startswith(bot.knowledge.entries["risks:bpo"].summary.text)
    assert none["status"] in ("unknown", "answered")


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("kb_compare", {"concepts": ["offshoring"]}, "at least 2 items"),
        ("kb_compare", {"concepts": ["bpo", "ito", "kpo", "lpo"]}, "at most 3 items"),
        ("kb_compare", {"concepts": ["bpo", "BPO"]}, "two of the names mean `bpo`"),
        ("kb_compare", {"concepts": ["bpo", "quidditch"]}, "there is no concept `quidditch`"),
        ("kb_compare", {"concepts": ["bpo", "outsource payroll to a zoo"]}, "there is no concept"),
        ("kb_compare", {}, "`concepts` is needed"),
        ("kb_compare", {"concepts": "bpo"}, "`concepts` must be a list"),
        ("kb_entry", {"concept": "bpo", "aspect": "risk"}, "did you mean `risks`?"),
        ("kb_entry", {"concept": "bpo", "aspect": "compare"}, "use `kb_compare`"),
        ("kb_entry", {"concept": "bpo", "aspect": "task_fit"}, "ask with `kb_ask`"),
        ("kb_entry", {"concept": "", "aspect": "risks"}, "at least 1 characters"),
        ("kb_list", {"kind": "people"}, "must be one of 'concepts', 'aspects'"),
        ("kb_list", {"kind": "tasks", "offset": -1}, "`offset`"),
        ("kb_ask", {"question": "x" * 4_001}, "at most 4,000 characters"),
        ("kb_ask", {"question": "and?", "conversation": "x" * 9_000}, "at most 8,000 characters"),
        ("kb_ask", {"question": 7}, "`question` must be text"),
        ("kb_ask", {}, "`question` is needed"),
        ("kb_recommend", {"answers": {"cor": "core"}}, "did you mean `core`?"),
        ("kb_recommend", {"answers": {"core": "yes"}}, "it has: `core`, `supporting-critical`"),
        ("kb_recommend", {"answers": {"core": "core", "CORE": "core"}}, "answered twice"),
        ("kb_recommend", {"answers": ["core"]}, "must be an object"),
        ("kb_advise_step", {"task": "quidditch"}, "there is no task `quidditch`"),
        ("kb_aks", {"question": "x"}, "did you mean `kb_ask`?"),
        ("kb_ask", {"question": "x", "converzation": "c1."}, "did you mean `conversation`?"),
        ("kb_ask", {"question": "x", "colour": "red"}, "there is no argument `colour`; known are"),
        ("kb_list", {"kind": "tasks", "kb": "tea"}, "known are: kind, query, offset"),
    ],
)
async def test_what_cannot_be_answered_is_said_so_that_it_can_be_put_right(
    server: Desk, mode: Mode, tool: str, arguments: dict[str, Any], told: str
) -> None:
    async with connected(server, mode) as client:
        text = await refused(client, tool, **arguments)

    assert told in text
    assert not any(word in text for word in ("pydantic", "Traceback", "Error executing", "input_"))
    assert len(text) < 500


# Lists


@pytest.mark.parametrize("kind", ["concepts", "aspects", "tasks", "claims", "criteria"])
async def test_everything_of_a_kind_is_listed_in_pieces(
    server: Desk, bot: Bot, mode: Mode, kind: str
) -> None:
    seen: list[str] = []
    offset: int | None = 0
    async with connected(server, mode) as client:
        while offset is not None:
            listed = await call(client, "kb_list", kind=kind, offset=offset)
            assert len(listed["items"]) <= 50
            assert all(len(item["text"]) <= 162 for item in listed["items"])
            seen += [item["id"] for item in listed["items"]]
            offset = listed["next_offset"]

    assert seen == list(dict.fromkeys(seen))
    assert set(seen) == set(getattr(bot.knowledge, kind))
    assert listed["total"] == len(seen)


async def test_a_list_is_narrowed_by_words_and_by_what_is_written_alike(
    server: Desk, mode: Mode
) -> None:
    async with connected(server, mode) as client:
        by_alias = await call(client, "kb_list", kind="concepts", query="voice over")
        misspelt = await call(client, "kb_list", kind="tasks", query="bookeeping")
        none = await client.call_tool("kb_list", {"kind": "claims", "query": "quidditch"})
        criteria = await call(client, "kb_list", kind="criteria", query="core")

    assert "voip" in [item["id"] for item in by_alias["items"]]
    assert "bookkeeping" in [item["id"] for item in misspelt["items"]]
    assert "Nothing here" in text_of(none)
    assert {"id": "unknown", "label": "I do not know"} in criteria["items"][0]["answers"]


# Advice


async def test_the_advice_is_walked_to_its_end(server: Desk, mode: Mode) -> None:
    answers: dict[str, str] = {}
    steps = 0
    async with connected(server, mode) as client:
        told = await call(client, "kb_advise_step", task="payroll")
        assert told["answers"] == {"data-regulation": "personal"}
        while told["status"] == "asking":
            question = told["question"]
            steps += 1
            assert question["step"] == steps
            answers = told["answers"] | {question["criterion"]: question["answers"][0]["id"]}
            told = await call(client, "kb_advise_step", answers=answers, task="Payroll")
            if told["contradictions"]:
                del answers[question["criterion"]]
                answers[question["criterion"]] = "unknown"
                told = await call(client, "kb_advise_step", answers=answers, task="payroll")
        same = await call(client, "kb_recommend", answers=answers, task="payroll")

    assert told["status"] == "recommended"
    assert 3 <= steps <= 15
    assert told["recommendation"] == same["recommendation"]
    assert told["recommendation"]["ranking"][0]["for"]
    assert told["sources"]


async def test_a_question_comes_with_the_ids_of_its_answers(server: Desk, mode: Mode) -> None:
    async with connected(server, mode) as client:
        result = await client.call_tool("kb_advise_step", {})

    text = text_of(result)
    assert "Why it is asked:" in text
    assert "- `own-home` Our own staff in our own country" in text
    assert "- `unknown` I do not know" in text


async def test_labels_are_as_good_as_ids_and_unknown_is_an_answer(server: Desk, mode: Mode) -> None:
    given = {"today's place": "Our own staff in our own country", "core": "unknown"}
    async with connected(server, mode) as client:
        told = await call(client, "kb_recommend", answers=given)

    assert told["answers"] == {"current": "own-home", "core": "unknown"}
    assert told["recommendation"]["today"] == "in-house"
    assert "core" in told["recommendation"]["unknown"]


async def test_answers_that_contradict_each_other_are_named(server: Desk, mode: Mode) -> None:
    given = {"current": "own-home", "quality-now": "supplier"}
    async with connected(server, mode) as client:
        step = await client.call_tool("kb_advise_step", {"answers": given})
        told = await call(client, "kb_recommend", answers=given)

    assert "`current: own-home` and `quality-now: supplier`" in text_of(step)
    assert told["recommendation"]["set_aside"]
    assert len(told["contradictions"]) == 1


async def test_a_recommendation_tells_the_strongest_reasons_of_its_first_options(
    server: Desk, bot: Bot, mode: Mode
) -> None:
    assert bot.adviser is not None
    given = {"current": "supplier-abroad", "core": "commodity", "driver": "cost"}
    async with connected(server, mode) as client:
        told = await call(client, "kb_recommend", answers=given)

    ranking = told["recommendation"]["ranking"]
    whole = bot.adviser.as_json(bot.adviser.recommend(told["answers"]))["ranking"]
    assert ranking[0] == whole[0]
    assert [option["option"] for option in ranking] == [option["option"] for option in whole]
    for option, all_of_it in zip(ranking[1:3], whole[1:3], strict=True):
        assert option["for"] == all_of_it["for"][:MOST_REASONS]
        assert option["against"] == all_of_it["against"][:MOST_REASONS]
    assert not any(option["for"] or option["against"] for option in ranking[3:])


async def test_every_source_of_a_recommendation_is_listed_once(server: Desk, mode: Mode) -> None:
    given = {"current": "supplier-abroad", "core": "commodity", "driver": "cost"}
    async with connected(server, mode) as client:
        told = await call(client, "kb_recommend", answers=given)

    recommendation = told["recommendation"]
    reasons = [
        reason
        for option in recommendation["ranking"]
        for reason in (*option["for"], *option["against"])
    ]
    guidance = [one for key in ("risks", "steps", "notes") for one in recommendation[key]]
    named = {id for one in (*reasons, *guidance) for id in one["sources"]}
    listed = [source["id"] for source in (*told["sources"], *recommendation["sources"])]
    assert recommendation["sources"]
    assert named <= set(listed)
    assert len(listed) == len(set(listed))


# Resources, completion, prompts


async def test_resources_are_read(server: Desk, bot: Bot, mode: Mode) -> None:
    async with connected(server, mode) as client:
        listed = [str(r.uri) for r in (await client.list_resources()).resources]
        templates = (await client.list_resource_templates()).resource_templates
        pages = {}
        for path in ("index", "version", "concepts/bpo", "entries/bpo/legal"):
            read = (await client.read_resource(f"kb://sourcing/{path}")).contents[0]
            pages[path] = (read.mime_type, read.text)  # type: ignore[union-attr]
        pair = await client.read_resource("kb://sourcing/entries/offshoring+outsourcing/compare")

    assert listed == ["kb://sourcing/index", "kb://sourcing/version"]
    assert len(templates) == 4
    index = json.loads(pages["index"][1])
    assert set(index["concepts"]) == set(bot.knowledge.names)
    assert json.loads(pages["version"][1])["kb"] == bot.knowledge.stamp
    assert pages["concepts/bpo"][0] == "text/markdown"
    assert "kb://sourcing/entries/bpo/risks" in pages["concepts/bpo"][1]
    assert pages["entries/bpo/legal"][1].startswith("# BPO: Law and contracts")
    assert f"kb: {bot.knowledge.stamp}" in pages["entries/bpo/legal"][1]
    assert "offshoring and outsourcing: Difference" in pair.contents[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("kb://nowhere/index", "there is no knowledge base `nowhere`"),
        ("kb://sourcing/concepts/quidditch", "there is no concept `quidditch`"),
        ("kb://sourcing/entries/bpo/risk", "did you mean `risks`?"),
        (
            "kb://sourcing/entries/" + "ofshoring+" * 9 + "bpo/define",
            "about 3 concepts at most",
        ),
        ("kb://sourcing/entries/%2e%2e/risks", "there is no resource"),
        ("kb://sourcing/etc/passwd", "there is no resource"),
        ("file:///etc/passwd", "there is no resource"),
    ],
)
async def test_resources_that_are_not_there_are_said_so(
    server: Desk, mode: Mode, uri: str, told: str
) -> None:
    async with connected(server, mode) as client:
        with pytest.raises(MCPError, match=told.replace("?", r"\?")) as raised:
            await client.read_resource(uri)

    assert raised.value.error.code == -32602


async def test_ids_are_completed(two: Desk, mode: Mode) -> None:
    concept = ResourceTemplateReference(uri="kb://{kb}/concepts/{id}")
    entry = ResourceTemplateReference(uri="kb://{kb}/entries/{concept}/{aspect}")
    async with connected(two, mode) as client:

        async def completed(ref: Any, name: str, value: str, **given: str) -> list[str]:
            argument = {"name": name, "value": value}
            told = await client.complete(ref, argument, context_arguments=given or None)
            return list(told.completion.values)

        assert await completed(concept, "kb", "") == ["sourcing", "tea"]
        assert (await completed(concept, "id", "offsh", kb="sourcing"))[0].startswith("offsh")
        assert await completed(concept, "id", "", kb="tea") == ["black-tea", "green-tea", "oolong"]
        assert "brewing" in await completed(entry, "aspect", "b", kb="tea", concept="green-tea")
        assert await completed(concept, "id", "", kb="nowhere") == []
        prompt = PromptReference(name="compare")
        assert await completed(prompt, "a", "oo", kb="tea") == ["oolong"]
        assert "bpo" not in await completed(prompt, "b", "bpo", a="bpo")


async def test_prompts_are_written_for_the_tools(server: Desk, mode: Mode) -> None:
    async with connected(server, mode) as client:
        compare = await client.get_prompt("compare", {"a": "BPO", "b": "ofshoring"})
        plan = await client.get_prompt("onboarding_plan", {"role": "a new\nbuyer"})

    assert '["bpo", "offshoring"]' in compare.messages[0].content.text  # type: ignore[union-attr]
    assert "this role: a new buyer\n" in plan.messages[0].content.text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("compare", {"a": "bpo"}, "`b` must be given"),
        ("compare", {"a": "bpo", "b": "quidditch"}, "there is no concept"),
        ("onboarding_plan", {"role": "x" * 300}, "at most 200 characters"),
        ("compares", {}, "did you mean `compare`"),
    ],
)
async def test_prompts_that_cannot_be_written_are_said_so(
    server: Desk, mode: Mode, name: str, arguments: dict[str, str], told: str
) -> None:
    async with connected(server, mode) as client:
        with pytest.raises(MCPError, match=told):
            await client.get_prompt(name, arguments)


# Several bases, edits, faults, logs


async def test_two_bases_know_nothing_of_each_other(two: Desk, mode: Mode) -> None:
    async with connected(two, mode) as client:
        tea = await call(client, "kb_ask", question="what is oolong", kb="tea")
        other = await call(client, "kb_ask", question="what is oolong")
        foreign = await refused(
            client, "kb_ask", question="and why?", conversation=tea["conversation"]
        )
        unknown = await refused(client, "kb_entry", concept="bpo", aspect="define", kb="tea")
        advice = await refused(client, "kb_advise_step", kb="tea")
        base = await refused(client, "kb_list", kind="tasks", kb="teas")
        resources = [str(r.uri) for r in (await client.list_resources()).resources]

    assert tea["kb"].startswith("tea@")
    assert tea["status"] == "answered"
    assert other["status"] == "unknown"
    assert "not returned by this server for this knowledge base" in foreign
    assert "there is no concept `bpo`" in unknown
    assert "no questions to advise by" in advice
    assert "did you mean `tea`?" in base
    assert "kb://tea/index" in resources


async def test_a_base_that_is_edited_is_taken_over_and_conversations_go_on(
    tmp_path: Path, mode: Mode
) -> None:
    folder = TeaFolder(tmp_path / "tea")
    bases = Bases({"tea": str(folder.root)})
    async with connected(server_over(bases), mode) as client:
        before = await call(client, "kb_ask", question="what is oolong")
        folder.write(
            "concepts/oolong.yaml",
            (folder.root / "concepts/oolong.yaml")
            .read_text("utf-8")
            .replace("oxidise in part", "oxidise by half"),
        )
        bases.default.renew()
        bases.default.edition = type(bases.default.edition)(Bot.load(folder.root))
        after = await call(
            client, "kb_ask", question="what is oolong", conversation=before["conversation"]
        )

    assert "oxidise by half" in after["text"]
    assert after["kb"] != before["kb"]


async def test_a_fault_tells_nothing_of_the_inside(
    bases: Bases, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("/secret/path and what was asked")

    lines = Lines()
    monkeypatch.setattr("sourcebot.dialogue.compose.Composer.answer", broken)
    async with connected(server_over(bases, lines), mode) as client:
        told = await refused(client, "kb_entry", concept="bpo", aspect="risks")
        with pytest.raises(MCPError) as raised:
            await client.read_resource("kb://sourcing/entries/bpo/risks")

    assert "a fault of the server" in told
    assert "secret" not in told
    assert "secret" not in str(raised.value)
    assert '"error":"RuntimeError"' in "".join(lines.lines)
    assert "secret" not in "".join(lines.lines)


async def test_the_log_holds_calls_and_no_words(bases: Bases, mode: Mode) -> None:
    lines = Lines()
    async with connected(server_over(bases, lines), mode) as client:
        await call(client, "kb_ask", question="what is offshoring")
        await refused(client, "kb_entry", concept="my secret plan", aspect="risks")

    logged = [json.loads(line) for line in lines.lines]
    assert [(one["tool"], one["outcome"]) for one in logged] == [
        ("kb_ask", "answered"),
        ("kb_entry", "refused"),
    ]
    assert "offshoring" not in "".join(lines.lines)
    assert "secret" not in "".join(lines.lines)


async def test_a_text_that_is_cut_says_where_the_rest_is(
    server: Desk, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"concept": "bpo", "aspect": "risks"}
    async with connected(server, mode) as client:
        whole = text_of(await client.call_tool("kb_entry", asked))
        monkeypatch.setattr(results, "LONGEST_TEXT", 500)
        cut = await client.call_tool("kb_entry", asked)

    assert "(Cut here" not in whole
    assert " …\n\n(Cut here; `text` of the structured content goes on.)" in text_of(cut)
    assert (cut.structured_content or {})["text"][:500] == whole[:500]
    assert len((cut.structured_content or {})["text"]) > 1_000


def test_long_texts_end_with_a_line_or_a_word() -> None:
    lines = "\n".join(["a line of some words"] * 400)
    words = "word " * 2_000

    assert shortened("short", LONGEST_TEXT) == "short"
    assert shortened(lines, LONGEST_TEXT).endswith("of some words …")
    assert shortened(words, LONGEST_TEXT).endswith("word …")
    assert len(shortened("x" * 9_000, LONGEST_TEXT)) == LONGEST_TEXT + 2
