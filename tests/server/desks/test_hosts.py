"""What only one kind of desk does, by the payloads of its documents."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sourcebot.server.desks.hosts import HOSTS
from tests.server.desks.conftest import World, opened
from tests.server.desks.drivers import (
    FIXTURES,
    Chatwoot,
    Rasa,
    Slack,
    Webhook,
    WebhookInResponse,
    Zammad,
)

GREEN, BREW, PERSON = "what is green tea", "How do I brew green tea?", "can I talk to a person"


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_fixtures_say_that_they_are_made_from_documents(path: Path) -> None:
    read = json.loads(path.read_text("utf-8"))

    assert read["origin"] == "docs"
    assert read["source"].startswith("https://")
    assert read["date"]
    assert path.stem.partition("_")[0] in HOSTS


# Chatwoot


async def test_a_choice_in_chatwoot_is_a_message(tea_folder: Path) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        chosen = driver.delivery("choice", {}, "d-1")
        await world.deliver(chosen)
        await world.deliver(driver.delivery("choice", {}, "d-2"))

        (said,) = world.stub.said
        assert "75 degrees" in said


async def test_what_is_edited_in_chatwoot_is_no_message(tea_folder: Path) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        edited = {"content_attributes": {"submitted_email": "x"}}
        await world.deliver(driver.delivery("choice", edited, "d-1"))
        assert world.stub.said == []


@pytest.mark.parametrize("changes", [
    {"private": True}, {"message_type": "template"}, {"message_type": "activity"},
    {"sender": {"id": 2, "name": "Sourcebot", "type": "agent_bot"}, "message_type": "outgoing"},
    {"content_attributes": {"automation_rule_id": 4}, "message_type": "outgoing"},
])  # fmt: skip
async def test_what_no_customer_wrote_in_chatwoot_is_left_alone(
    tea_folder: Path, changes: dict[str, Any]
) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.delivery("message_created", changes, "d-1"))
        assert world.stub.calls == []
        # It has not taken the conversation over, either.
        await world.deliver(driver.message(GREEN, id="402", delivery="d-2"))
        assert len(world.stub.said) == 1


@pytest.mark.parametrize("sender", [{"id": 7, "name": "Emma", "type": "user"}, None])
async def test_a_colleague_who_writes_in_chatwoot_has_the_conversation(
    tea_folder: Path, sender: dict[str, Any] | None
) -> None:
    """Also from another device, where Chatwoot does not say who it is."""
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.delivery("agent_message", {"sender": sender}, "d-1"))
        driver.stub.taken = True
        await world.deliver(driver.message(GREEN, id="402", delivery="d-2"))
        assert world.stub.said == []


async def test_a_conversation_that_is_opened_in_chatwoot_is_a_persons(tea_folder: Path) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        assert await world.deliver(driver.delivery("conversation_opened", {}, "d-1")) == 200
        assert world.outcomes == ["taken over"]


@pytest.mark.parametrize("state", [
    {"status": "open"}, {"status": "resolved"}, {"status": "snoozed"},
    {"meta": {"assignee": {"id": 7}, "assignee_type": "User"}},
])  # fmt: skip
async def test_only_pending_and_unassigned_conversations_are_the_bots_in_chatwoot(
    tea_folder: Path, state: dict[str, Any]
) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        changes = {f"conversation.{name}": value for name, value in state.items()}
        await world.deliver(driver.delivery("message_created", changes, "d-1"))
        assert world.stub.said == []


async def test_where_nothing_can_be_tapped_choices_are_numbered(tea_folder: Path) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        email = {"conversation.channel": "Channel::Email", "content": GREEN}
        await world.deliver(driver.delivery("message_created", email, "d-1"))
        (said,) = world.stub.said
        assert "1. Why do people drink green tea?" in said
        number = {"conversation.channel": "Channel::Email", "content": "2", "id": 73}
        await world.deliver(driver.delivery("message_created", number, "d-2"))
        assert "75 degrees" in world.stub.said[1]


async def test_chatwoot_agents_are_told_before_the_customer(tea_folder: Path) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.message(PERSON))
        posts = [(path.rpartition("/")[2], body) for method, path, body in world.stub.calls if body]

    assert [name for name, _ in posts] == ["messages", "toggle_status", "messages"]
    assert [body.get("private") for _, body in posts] == [True, None, False]
    assert "I am passing this conversation to a person" in posts[2][1]["content"]


async def test_a_chat_can_be_for_the_agents_alone(tea_folder: Path) -> None:
    driver = Chatwoot()
    async with opened(driver, tea_folder, desk={"public": False}) as world:
        await world.deliver(driver.message(GREEN))
        assert world.stub.said == []
        assert "heated soon" in world.stub.notes[0]


async def test_a_token_that_only_reads_is_used_to_read(
    tea_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("READ_TOKEN", "bot-token")
    driver = Chatwoot()
    desk = {"options": {"read_token": "env:READ_TOKEN"}}
    async with opened(driver, tea_folder, desk=desk) as world:
        await world.deliver(driver.message(GREEN))
        assert len(world.stub.said) == 1


# Zammad


async def test_on_tickets_the_agent_gets_a_suggestion_that_names_its_sources(
    tea_folder: Path,
) -> None:
    driver = Zammad()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.message(GREEN))
        (note,) = world.stub.notes
        assert world.stub.said == []
        assert "the customer has not seen it" in note
        assert '<a href="https://kettle.example/leaf">The Book of the Leaf</a>' in note


async def test_a_colleagues_article_in_zammad_ends_the_suggestions(tea_folder: Path) -> None:
    driver = Zammad()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.delivery("agent_article", {}, "d-1"))
        driver.stub.taken = True
        await world.deliver(driver.message(GREEN, id="201", delivery="d-2"))
        assert world.stub.notes == []


@pytest.mark.parametrize(("least", "public"), [(0.0, True), (1.01, False)])
async def test_zammad_customers_are_only_written_to_above_a_second_bar(
    tea_folder: Path, least: float, public: bool
) -> None:
    driver = Zammad()
    desk = {"public": True, "public_from": least, "options": {"user": "12"}}
    async with opened(driver, tea_folder, desk=desk) as world:
        await world.deliver(driver.message(GREEN))
        assert (len(world.stub.said), len(world.stub.notes)) == ((1, 0) if public else (0, 1))


async def test_the_bots_own_mail_in_zammad_takes_nothing_over(tea_folder: Path) -> None:
    driver = Zammad()
    desk = {"public": True, "public_from": 0.0, "options": {"user": "12"}}
    async with opened(driver, tea_folder, desk=desk) as world:
        own = {"article.internal": False, "article.type": "email"}
        await world.deliver(driver.delivery("own_note", own, "d-1"))
        await world.deliver(driver.message(GREEN, id="201", delivery="d-2"))
        assert len(world.stub.said) == 1


async def test_who_reads_zammad_finds_the_tag_of_a_handover(tea_folder: Path) -> None:
    driver = Zammad()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.message(PERSON))
        (tagged,) = [body for _, path, body in world.stub.calls if path == "/api/v1/tags/add"]
    assert tagged == {"item": "sourcebot-handover", "object": "Ticket", "o_id": 81}


# Slack


async def test_slack_gets_its_challenge_back_when_it_is_signed(tea_folder: Path) -> None:
    driver = Slack()
    async with opened(driver, tea_folder) as world:
        asked = driver.delivery("url_verification", {}, "")
        response = await world.send(asked)
        assert response.status_code == 200
        assert response.json() == {"challenge": msgspec.json.decode(asked.body)["challenge"]}
        wrong = driver.delivery("url_verification", {}, "", secret="wrong")
        assert (await world.send(wrong)).status_code == 401


async def test_direct_messages_in_slack_are_answered_without_a_mention(tea_folder: Path) -> None:
    driver = Slack()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.delivery("message_im", {}, "Ev1"))
        assert "heated soon" in world.stub.said[0]
        (body,) = [body for _, path, body in world.stub.calls if path == "/api/chat.postMessage"]
        assert (body["channel"], "thread_ts" in body) == ("D024BE91L", False)


async def test_a_file_alone_in_a_direct_message_goes_to_a_person(tea_folder: Path) -> None:
    driver = Slack()
    sent = {"event.text": "", "event.subtype": "file_share", "event.files": [{"id": "F1"}]}
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.delivery("message_im", sent, "Ev1"))
        assert world.stub.handovers == 1
        assert "sent a file" in world.stub.notes[0]


async def test_a_button_in_slack_is_a_message_of_its_thread(tea_folder: Path) -> None:
    driver = Slack()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.delivery("block_actions", {}, ""))
        assert "75 degrees" in world.stub.said[0]
        (body,) = [body for _, path, body in world.stub.calls if path == "/api/chat.postMessage"]
        assert body["thread_ts"] == "1764000000.000200"


@pytest.mark.parametrize("changes", [
    {"event.subtype": "message_changed"}, {"event.subtype": "bot_message"},
    {"event.channel_type": "channel", "event.channel": "C061EG9SL"}, {"event.bot_id": "B1"},
])  # fmt: skip
async def test_what_is_not_said_to_the_bot_in_slack_is_left_alone(
    tea_folder: Path, changes: dict[str, Any]
) -> None:
    driver = Slack()
    made = driver.delivery("message_im", {}, "Ev1")
    body = msgspec.json.decode(made.body)
    for name, value in changes.items():
        body["event"][name.removeprefix("event.")] = value
    encoded = msgspec.json.encode(body)
    headers = driver.sign(dict(made.headers), encoded, driver.secret, time.time())
    async with opened(driver, tea_folder) as world:
        await world.deliver(msgspec.structs.replace(made, headers=headers, body=encoded))
        assert world.stub.calls == []


async def test_slack_says_with_status_200_that_something_failed(tea_folder: Path) -> None:
    driver = Slack()
    async with opened(driver, tea_folder) as world:
        driver.stub.error = "channel_not_found"  # type: ignore[attr-defined]
        await world.deliver(driver.message(GREEN))
        (line,) = [line for line in world.lines if line.get("outcome") == "failed"]
        assert line["error"] == "conversations.replies: channel_not_found"


async def test_a_handover_in_slack_is_posted_where_people_look(tea_folder: Path) -> None:
    driver = Slack()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.message(GREEN, id="401", delivery="d-1"))
        await world.deliver(driver.message(PERSON, id="402", delivery="d-2"))
        (note,) = world.stub.notes
        assert "asked for a person" in note
        assert "what is green tea" in note
        assert "example.slack.com/archives/C1/p1" in note


# Rasa


async def test_rasas_rest_channel_answers_in_its_own_shape(tea_folder: Path) -> None:
    driver = Rasa()
    async with opened(driver, tea_folder) as world:
        response = await world.send(driver.message(GREEN))
        (item,) = response.json()
        assert item["recipient_id"] == "visitor-1"
        assert "heated soon" in item["text"]
        assert "**" not in item["text"]
        assert BREW in [button["payload"] for button in item["buttons"]]
        assert set(item["buttons"][0]) == {"title", "payload"}
        assert item["custom"]["reply"]["kb"].startswith("tea@")
        (handed,) = (await world.send(driver.message(PERSON, id="2"))).json()
        assert handed["custom"]["handoff"] is True
        assert GREEN in handed["custom"]["note"]
        assert (await world.send(driver.message(GREEN, id="3"))).json() == []


async def test_a_new_session_of_rasa_forgets_the_old_one(tea_folder: Path) -> None:
    driver = Rasa()
    async with opened(driver, tea_folder) as world:
        await world.send(driver.message(GREEN, id="1"))
        assert (await world.send(driver.message("/session_start", id="2"))).json() == []
        (item,) = (await world.send(driver.message("how is it brewed", id="3"))).json()
        assert "75 degrees" not in item["text"]


# The signed webhook


async def test_what_a_webhook_sends_is_signed_with_both_secrets_and_keeps_its_id(
    tea_folder: Path,
) -> None:
    driver = Webhook()
    async with opened(driver, tea_folder) as world:
        world.stub.failures = [500]
        await world.deliver(driver.message(GREEN))
        (id,) = driver.stub.ids  # type: ignore[attr-defined]
        assert id.startswith("msg_")
        assert [path for _, path, _ in world.stub.calls] == ["/replies", "/replies"]


async def test_a_webhook_without_an_address_is_answered_in_the_response(tea_folder: Path) -> None:
    driver = WebhookInResponse()
    async with opened(driver, tea_folder) as world:
        first = (await world.send(driver.message(GREEN))).json()
        assert first["type"] == "reply.created"
        assert (first["data"]["conversation"], first["data"]["message"]) == ("c-17", "m-1")
        assert first["data"]["private"] is False
        handed = (await world.send(driver.message(PERSON, id="2", delivery="d-2"))).json()
        assert handed["type"] == "conversation.handover"
        silent = (await world.send(driver.message(GREEN, id="3", delivery="d-3"))).json()
        assert silent == {"type": "ignored", "reason": "human owns"}


# Every host


async def test_a_transcript_is_short_and_plain(tea_folder: Path) -> None:
    driver = Webhook()
    async with opened(driver, tea_folder) as world:
        await world.deliver(driver.message("green tea vs black tea", id="1", delivery="d-1"))
        await world.deliver(driver.message("tea " * 400, id="2", delivery="d-2"))
        await world.deliver(driver.message(PERSON, id="3", delivery="d-3"))
        lines = world.stub.notes[0].splitlines()

    said = lines[lines.index("What was said so far:") + 2 :]
    assert [line.partition(": ")[0] for line in said] == ["- Customer", "- Bot"] * 2 + [
        "- Customer"
    ]
    assert "|" not in said[1]
    assert said[2].endswith("…")
    assert all(len(line) <= 550 for line in said)


async def test_every_reply_is_short_and_names_its_sources(world: World) -> None:
    for number, text in enumerate((GREEN, "green tea vs black tea", "tell me about oolong"), 401):
        await world.deliver(world.driver.message(text, id=str(number), delivery=f"d-{number}"))

    assert len(world.heard) == 3
    for said in world.heard:
        assert len(said) < 4_000
        assert "Sources:" in said
        assert "The Book of the Leaf" in said


async def test_the_path_of_a_webhook_is_not_logged(tea_folder: Path) -> None:
    driver = Webhook()
    async with opened(driver, tea_folder) as world:
        world.stub.failures.append(401)
        await world.deliver(driver.message(GREEN))
        (line,) = [line for line in world.lines if line.get("outcome") == "failed"]
        assert line["error"] == "POST to its `url`: status 401"
