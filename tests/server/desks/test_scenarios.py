"""What every adapter must pass: the same stories, told by each host."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from sourcebot.dialogue.bot import Bot
from sourcebot.server.bases import Edition
from sourcebot.server.sessions.contract import SessionsDown
from tests.knowledge.tea import TeaFolder
from tests.server.desks.conftest import World, opened
from tests.server.desks.drivers import Delivery, Driver

GREEN, PERSON, NONSENSE = "what is green tea", "can I talk to a person", "qwertz asdf yxcv"


def skip_unless(world: World, scenario: str) -> None:
    if scenario in world.driver.cannot:
        pytest.skip(world.driver.cannot[scenario])


async def test_a_question_is_answered(world: World) -> None:
    assert await world.deliver(world.driver.message(GREEN)) == 200

    (said,) = world.heard
    assert "heated soon after picking" in said
    assert "The Book of the Leaf" in said
    assert world.stub.handovers == 0


async def test_choices_are_offered_on_chats(world: World) -> None:
    await world.deliver(world.driver.message(GREEN))

    if world.driver.notes_only:
        assert "You can also ask" not in world.heard[0]
    else:
        assert any("brew green tea" in c for c in world.stub.choices[-1])


@pytest.mark.parametrize("secret", ["new", "old"])
async def test_two_secrets_are_taken_at_a_time(world: World, secret: str) -> None:
    skip_unless(world, "signature")
    used = world.driver.secret if secret == "new" else world.driver.old

    assert await world.deliver(world.driver.message(GREEN, secret=used)) == 200
    assert len(world.heard) == 1


async def test_a_bad_signature_is_refused(world: World) -> None:
    skip_unless(world, "signature")
    wrong = "whsec_d3Jvbmc=" if world.driver.kind == "webhook" else "wrong"

    response = await world.send(world.driver.message(GREEN, secret=wrong))

    assert response.status_code == 401
    assert response.json()["code"] == "unauthorized"
    assert world.heard == []


@pytest.mark.parametrize("shift", [-400, 400])
async def test_a_stale_delivery_is_refused(world: World, shift: int) -> None:
    skip_unless(world, "stale")
    if world.driver.kind == "zammad":
        # Its headers tell no time: the article does, over as long as repetitions are known.
        shift = shift if shift > 0 else -90_000

    assert await world.deliver(world.driver.message(GREEN, at=time.time() + shift)) == 401
    assert world.heard == []


@pytest.mark.parametrize("shift", [-290, 290])
async def test_clocks_may_differ_a_little(world: World, shift: int) -> None:
    assert await world.deliver(world.driver.message(GREEN, at=time.time() + shift)) == 200
    assert len(world.heard) == 1


async def test_a_replayed_delivery_is_acknowledged_and_not_answered(world: World) -> None:
    delivery = world.driver.message(GREEN)

    assert await world.deliver(delivery) == 200
    assert await world.deliver(delivery) == 200

    assert len(world.heard) == 1
    assert "duplicate" in world.outcomes


async def test_a_message_that_comes_in_two_deliveries_is_answered_once(world: World) -> None:
    await world.deliver(world.driver.message(GREEN, delivery="d-1"))
    await world.deliver(world.driver.message(GREEN, delivery="d-2"))

    assert len(world.heard) == 1


async def test_a_replay_at_the_same_moment_is_answered_once(world: World) -> None:
    delivery = world.driver.message(GREEN)

    await asyncio.gather(*(world.send(delivery) for _ in range(5)))
    await world.desks.settled()

    assert len(world.heard) == 1


async def test_our_own_message_is_not_answered(world: World) -> None:
    skip_unless(world, "echo")
    echo = world.driver.echo()
    assert echo is not None

    assert await world.deliver(echo) == 200

    assert world.heard == []
    assert world.stub.calls == []


async def test_nothing_is_said_where_a_person_has_the_conversation(world: World) -> None:
    delivery = world.driver.owned(GREEN, id="301", delivery="d-301")
    assert delivery is not None

    assert await world.deliver(delivery) == 200

    assert (world.stub.said, world.stub.notes) == ([], [])


async def test_nothing_is_said_when_a_person_comes_between_routing_and_sending(
    world: World,
) -> None:
    skip_unless(world, "between")

    async def take_over() -> None:
        delivery = world.driver.take_over()
        if delivery is not None:
            await world.send(delivery)

    world.after_routing(take_over)

    assert await world.deliver(world.driver.message(GREEN)) == 200

    assert (world.stub.said, world.stub.notes) == ([], [])
    assert "taken over" in world.outcomes


async def test_an_empty_message_is_left_alone(world: World) -> None:
    assert await world.deliver(world.driver.message("")) == 200

    assert world.heard == []
    assert "empty" in world.outcomes


async def test_html_is_read_as_text(world: World) -> None:
    html = "<div>what is <b>green</b>&nbsp;tea<script>alert(1)</script></div>"

    await world.deliver(world.driver.message(html))

    (said,) = world.heard
    if world.driver.kind not in ("slack", "rasa"):  # they send text, and never HTML
        assert "heated soon after picking" in said
    assert "<script" not in said


async def test_twenty_thousand_characters_are_taken(world: World) -> None:
    assert await world.deliver(world.driver.message("tea and " * 2_500)) == 200

    if not world.driver.notes_only:  # an agent gains nothing from hearing that it is long
        assert "too long" in world.heard[0]


async def test_a_file_without_words_goes_to_a_person(world: World) -> None:
    skip_unless(world, "attachment")

    assert await world.deliver(world.driver.message("", attachments=1)) == 200

    assert world.stub.handovers == 1
    assert "sent a file" in world.stub.notes[0]


async def test_an_unknown_event_is_acknowledged(world: World) -> None:
    skip_unless(world, "unknown")

    assert await world.deliver(world.driver.unknown()) == 200

    assert world.stub.calls == []
    assert any(line.get("reason") == "unknown event" for line in world.lines)


async def test_further_fields_do_not_matter(world: World) -> None:
    made = world.driver.message(GREEN)
    body = msgspec.json.decode(made.body) | {"new": {"deep": [1, None, {"x": "y"}]}}
    encoded = msgspec.json.encode(body)
    headers = world.driver.sign(dict(made.headers), encoded, world.driver.secret, time.time())

    assert await world.deliver(Delivery(made.path, headers, encoded)) == 200
    assert len(world.heard) == 1


@pytest.mark.parametrize("body", [b"", b"no json", b"[1]", b'"text"', b"{", b"\xff\xfe"])
async def test_what_is_no_json_object_is_refused(world: World, body: bytes) -> None:
    made = world.driver.message(GREEN)
    headers = world.driver.sign(dict(made.headers), body, world.driver.secret, time.time())

    assert await world.deliver(Delivery(made.path, headers, body)) == 400


@pytest.mark.parametrize("body", [b"{}", b'{"event":1}', b'{"data":[],"article":3,"type":null}'])
async def test_other_shapes_are_acknowledged(world: World, body: bytes) -> None:
    made = world.driver.message(GREEN)
    headers = world.driver.sign(dict(made.headers), body, world.driver.secret, time.time())

    assert await world.deliver(Delivery(made.path, headers, body)) == 200
    assert world.heard == []


async def test_a_reply_that_is_refused_is_not_tried_again(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = [401]

    assert await world.deliver(world.driver.message(GREEN)) == 200

    assert world.heard == []
    assert world.waits == []
    assert "failed" in world.outcomes
    await world.deliver(world.driver.message(GREEN))  # the host sends it again
    assert len(world.heard) == 1


async def test_a_host_that_wants_less_is_given_the_time_it_asks_for(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = [(429, "3")]

    await world.deliver(world.driver.message(GREEN))

    assert len(world.heard) == 1
    assert world.waits == [3.0]


async def test_a_host_that_asks_for_an_hour_is_not_given_it(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = [(429, "3600")]

    await world.deliver(world.driver.message(GREEN))

    assert world.waits == [10.0]


async def test_a_host_in_trouble_is_asked_again(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = [500]

    await world.deliver(world.driver.message(GREEN))

    assert len(world.heard) == 1
    assert world.waits == [0.5]


async def test_a_host_that_stays_in_trouble_is_left_and_heard_again(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = [500, 503, 502]

    await world.deliver(world.driver.message(GREEN))

    assert world.heard == []
    assert world.stub.failures == []
    await world.deliver(world.driver.message(GREEN))
    assert len(world.heard) == 1


async def test_a_host_that_does_not_answer_is_asked_again(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = ["timeout"]

    await world.deliver(world.driver.message(GREEN))

    assert len(world.heard) == 1


async def test_a_host_that_does_not_say_whose_it_is_gets_no_reply(world: World) -> None:
    skip_unless(world, "outbound")
    if world.driver.kind == "webhook":
        pytest.skip("it cannot be asked")
    world.stub.check_failures = [500, 500, 500]

    await world.deliver(world.driver.message(GREEN))

    assert (world.stub.said, world.stub.notes) == ([], [])
    assert "failed" in world.outcomes


async def test_the_host_is_acknowledged_before_the_reply(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = ["timeout"]

    response = await world.send(world.driver.message(GREEN))

    assert response.status_code == 200
    assert world.heard == []
    await world.desks.settled()
    assert len(world.heard) == 1


async def test_two_messages_at_once_are_answered_once_each(world: World) -> None:
    await asyncio.gather(
        world.send(world.driver.message(GREEN, id="401", delivery="d-401")),
        world.send(world.driver.message("how is it brewed", id="402", delivery="d-402")),
    )
    await world.desks.settled()

    assert len(world.heard) == 2
    assert "heated soon after picking" in world.heard[0]
    assert "75 degrees" in world.heard[1]


async def test_conversations_do_not_know_each_other(world: World, driver: Driver) -> None:
    other = {"webhook": "c-18", "rasa": "visitor-2"}.get(driver.kind, 7)

    await world.deliver(driver.message(GREEN, id="401", delivery="d-401"))
    await world.deliver(
        driver.message("how is it brewed", id="402", delivery="d-402", conversation=other)
    )

    assert not any("75 degrees" in said for said in world.heard)


async def test_an_edited_base_answers_in_the_middle_of_a_conversation(
    driver: Driver, tmp_path: Path
) -> None:
    tea = TeaFolder(tmp_path / "tea")
    async with opened(driver, tea.root) as world:
        tea.replace("concepts/green-tea.yaml", "75 degrees", "80 degrees")

        async def edit() -> None:
            world.service.bases.default.edition = Edition(Bot.load(tea.root))

        world.after_routing(edit)
        await world.deliver(driver.message(GREEN, id="401", delivery="d-401"))
        await world.deliver(driver.message("how is it brewed", id="402", delivery="d-402"))

        assert len(world.heard) == 2
        assert "80 degrees" in world.heard[1]


async def test_who_asks_for_a_person_gets_one_and_the_bot_is_silent(world: World) -> None:
    driver = world.driver
    await world.deliver(driver.message(GREEN, id="401", delivery="d-401"))
    await world.deliver(driver.message(PERSON, id="402", delivery="d-402"))

    assert world.stub.handovers == 1
    assert any(GREEN in note and "asked for a person" in note for note in world.stub.notes)
    assert not any("cannot connect you" in said for said in world.stub.said)
    before = (list(world.stub.said), list(world.stub.notes))
    await world.deliver(driver.message("how is it brewed", id="403", delivery="d-403"))
    await world.deliver(driver.message(PERSON, id="404", delivery="d-404"))
    assert (world.stub.said, world.stub.notes) == before
    assert world.stub.handovers == 1


async def test_after_two_misses_a_person_is_called(world: World) -> None:
    driver = world.driver
    await world.deliver(driver.message(NONSENSE, id="401", delivery="d-401"))
    assert world.stub.handovers == 0
    await world.deliver(driver.message(NONSENSE + " uiop", id="402", delivery="d-402"))

    assert world.stub.handovers == 1
    assert any("2 times in a row" in note for note in world.stub.notes)
    before = len(world.stub.said)
    await world.deliver(driver.message(GREEN, id="403", delivery="d-403"))
    assert len(world.stub.said) == before


async def test_an_answer_between_two_misses_calls_nobody(world: World) -> None:
    for number, text in enumerate((NONSENSE, GREEN, NONSENSE), 401):
        await world.deliver(world.driver.message(text, id=str(number), delivery=f"d-{number}"))

    assert world.stub.handovers == 0


async def test_the_bot_answers_again_when_the_host_says_so(world: World) -> None:
    driver = world.driver
    await world.deliver(driver.message(PERSON, id="401", delivery="d-401"))
    back = driver.give_back()
    if back is not None:
        assert await world.deliver(back) == 200
    before = len(world.heard)

    await world.deliver(driver.message(GREEN, id="402", delivery="d-402"))

    assert len(world.heard) == before + 1
    assert "heated soon after picking" in world.heard[-1]


async def test_a_handover_that_fails_is_done_when_it_is_sent_again(world: World) -> None:
    skip_unless(world, "outbound")
    world.stub.failures = [500, 500, 500]

    await world.deliver(world.driver.message(PERSON))
    assert world.stub.handovers == 0
    await world.deliver(world.driver.message(PERSON))

    assert world.stub.handovers == 1


async def test_without_a_store_questions_are_still_answered_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*args: object, **more: object) -> object:
        raise SessionsDown("away")

    for name in ("read", "write", "claim", "release"):
        monkeypatch.setattr(world.service.sessions, name, down)
        monkeypatch.setattr(world.desks.owners, name, down)

    await world.deliver(world.driver.message(GREEN))
    await world.deliver(world.driver.message(GREEN))

    assert len(world.heard) == 1
    assert "heated soon after picking" in world.heard[0]


async def test_no_word_of_a_message_is_logged_by_default(world: World) -> None:
    await world.deliver(world.driver.message(GREEN))

    assert "green" not in str(world.lines)


async def test_what_is_under_way_is_finished_when_the_server_ends(
    driver: Driver, tea_folder: Path
) -> None:
    async with opened(driver, tea_folder) as world:
        await world.send(driver.message(GREEN))
    assert len(world.heard) == 1


async def test_unknown_desks_are_not_found(world: World) -> None:
    made = world.driver.message(GREEN)

    assert await world.deliver(Delivery("/hooks/other", made.headers, made.body)) == 404
