"""Signatures against what the hosts publish, and against every small change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcebot.server.desks import signing
from sourcebot.server.desks.hosts import HOSTS
from sourcebot.server.desks.signing import Scheme, Verdict

SLACK_SECRET, SLACK_TIME = "8f742231b10e8888abcd99yyyzzz85a5", 1531420618
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_ID, STANDARD_TIME = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def scheme(kind: str) -> Scheme:
    found = HOSTS[kind].scheme
    assert found is not None
    return found


def slack(now: float = SLACK_TIME, body: bytes = SLACK_BODY, **headers: str | None) -> Verdict:
    given = {
        "x-slack-signature": SLACK,
        "x-slack-request-timestamp": str(SLACK_TIME),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    told = {name: value for name, value in given.items() if value is not None}
    return signing.check(scheme("slack"), "required", [SLACK_SECRET], told, body, now)


def standard(
    now: float = STANDARD_TIME, body: bytes = STANDARD_BODY, **headers: str | None
) -> Verdict:
    given = {
        "webhook-id": STANDARD_ID,
        "webhook-timestamp": str(STANDARD_TIME),
        "webhook-signature": STANDARD,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    told = {name: value for name, value in given.items() if value is not None}
    return signing.check(scheme("webhook"), "required", [STANDARD_SECRET], told, body, now)


def test_slacks_published_example_is_right() -> None:
    assert slack() == "verified"


def test_the_published_example_of_standard_webhooks_is_right() -> None:
    assert standard() == "verified"


@given(st.integers(0, len(SLACK_BODY) - 1), st.integers(0, 7))
def test_no_bit_of_a_body_can_be_flipped(at: int, bit: int) -> None:
    body = bytearray(SLACK_BODY)
    body[at] ^= 1 << bit

    assert slack(body=bytes(body)) == "wrong"


@given(st.integers(0, len(SLACK) - 1), st.characters(max_codepoint=255))
def test_no_character_of_a_signature_can_be_changed(at: int, letter: str) -> None:
    changed = SLACK[:at] + letter + SLACK[at + 1 :]

    assert slack(x_slack_signature=changed) == ("verified" if changed == SLACK else "wrong")


@pytest.mark.parametrize("name", ["x_slack_signature", "x_slack_request_timestamp"])
def test_no_header_of_slack_can_be_left_out(name: str) -> None:
    assert slack(**{name: None}) == "wrong"


@pytest.mark.parametrize("name", ["webhook_id", "webhook_timestamp", "webhook_signature"])
def test_no_header_of_standard_webhooks_can_be_left_out(name: str) -> None:
    assert standard(**{name: None}) == "wrong"


@pytest.mark.parametrize(
    "time", ["", "x", "-1", "1531420618.0", "１５３１４２０６１８", "9" * 40, " 1"]
)
def test_a_time_that_is_no_number_is_wrong(time: str) -> None:
    assert slack(x_slack_request_timestamp=time) == "wrong"


def test_the_time_is_signed() -> None:
    assert slack(x_slack_request_timestamp=str(SLACK_TIME + 1)) == "wrong"
    assert standard(webhook_timestamp=str(STANDARD_TIME + 1)) == "wrong"
    assert standard(webhook_id="msg_other") == "wrong"


@pytest.mark.parametrize(("shift", "verdict"), [
    (-301, "stale"), (-300, "verified"), (300, "verified"), (301, "stale"),
])  # fmt: skip
def test_a_delivery_is_fresh_for_five_minutes_either_way(shift: int, verdict: str) -> None:
    assert slack(now=SLACK_TIME + shift) == verdict
    assert standard(now=STANDARD_TIME + shift) == verdict


def test_a_wrong_signature_is_wrong_also_when_it_is_old() -> None:
    assert slack(now=SLACK_TIME + 9_999, body=b"x") == "wrong"


def test_one_of_several_signatures_is_enough() -> None:
    assert standard(webhook_signature=f"v1,AAAA {STANDARD} v1a,BBBB") == "verified"
    assert standard(webhook_signature="v1,AAAA v1,BBBB") == "wrong"
    assert standard(webhook_signature=STANDARD.replace("v1,", "v1a,")) == "wrong"


def test_a_flood_of_signatures_is_not_tried() -> None:
    assert standard(webhook_signature="v1,AAAA " * 10 + STANDARD) == "wrong"


@pytest.mark.parametrize("kind", ["chatwoot", "zammad", "slack", "webhook"])
@pytest.mark.parametrize(("policy", "given", "verdict"), [
    ("required", "", "wrong"), ("optional", "", "unsigned"), ("off", "", "off"),
    ("required", "x", "wrong"), ("optional", "x", "wrong"), ("off", "x", "off"),
])  # fmt: skip
def test_what_a_policy_lets_in(kind: str, policy: str, given: str, verdict: str) -> None:
    found = scheme(kind)
    headers = {found.signature: given}
    if found.timestamp is not None:
        headers[found.timestamp] = "1000"

    assert signing.check(found, policy, [STANDARD_SECRET], headers, b"{}", 1000) == verdict  # type: ignore[arg-type]


@given(st.binary(max_size=50), st.text(max_size=80), st.text(max_size=20))
def test_nothing_that_is_sent_breaks_the_check(body: bytes, signature: str, time: str) -> None:
    for kind in ("chatwoot", "zammad", "slack", "webhook"):
        found = scheme(kind)
        headers = {found.signature: signature, found.timestamp or "x": time}
        secrets = [STANDARD_SECRET]
        assert signing.check(found, "required", secrets, headers, body, 0) in ("wrong", "stale")


def test_an_empty_list_of_secrets_lets_nothing_in() -> None:
    assert (
        signing.check(scheme("slack"), "required", [], {"x-slack-signature": ""}, b"", 0) == "wrong"
    )
