"""`docs/desks.md` says what is so: its settings work, and nothing is left out."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from sourcebot.errors import ServerError
from sourcebot.server.config import Desk, read_config
from sourcebot.server.desks import signing, words
from sourcebot.server.desks.hosts import HOSTS
from sourcebot.server.logs import Log
from sourcebot.server.service import Service

GUIDE = Path(__file__).parents[3] / "docs" / "desks.md"
TEXT = GUIDE.read_text("utf-8")
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, as they stand in the page and in its lists."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", TEXT, re.MULTILINE | re.DOTALL)
    return [
        "\n".join(line.removeprefix(indent) for line in text.split("\n")) for indent, text in found
    ]


@pytest.mark.parametrize("block", blocks("toml"))
def test_every_configuration_of_the_guide_works(
    block: str, tea_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in re.findall(r"env:(\w+)", block):
        monkeypatch.setenv(name, STANDARD)
    for name in re.findall(r"file:([\w/-]+)", block):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a-secret\n", "utf-8")
    (tmp_path / "sourcebot.toml").write_text(block, "utf-8")

    config = read_config(tmp_path / "sourcebot.toml")
    service = Service(
        msgspec.structs.replace(config, bases={"tea": str(tea_folder)}), log=Log(write=str)
    )

    assert service.desks is not None
    named = re.findall(r"\[desks\.(\w+)\]", block) or ["rasa"]
    assert all(service.desks.get(name) is not None for name in named)
    if "file:" in block:  # it is found from where the configuration stands, and not from here
        pipeline = service.desks.get(named[0])
        assert pipeline is not None
        assert (pipeline.line.token, pipeline.line.secrets) == ("a-secret", ("a-secret",))


def test_every_kind_of_desk_is_in_the_guide_with_a_configuration() -> None:
    headings = re.findall(r"^## .*`(\w+)`$", TEXT, re.MULTILINE)
    configured = set(re.findall(r'^ *kind = "(\w+)"$', TEXT, re.MULTILINE))

    assert sorted(headings) == sorted(HOSTS)
    assert configured == set(HOSTS)


def test_every_setting_option_and_reason_is_in_the_guide() -> None:
    options = {option for host in HOSTS.values() for option in host.options}

    for name in (*Desk.__struct_fields__[:-1], *options, "handover_text", *words.REASONS):
        assert re.search(rf"`(?:options\.)?{name}`|options\.{name} =|\b{name} = ", TEXT), name


def test_the_deliveries_of_the_guide_are_read() -> None:
    host = HOSTS["webhook"]
    made = [
        type(host.read(block.encode(), {}, None)).__name__  # type: ignore[arg-type]
        for block in blocks("json")
    ]
    assert made == ["Message", "Owned"]


@pytest.mark.skipif(
    any(shutil.which(program) is None for program in ("sh", "openssl", "base64", "od")),
    reason="the programs of the example are not here",
)
async def test_the_example_by_hand_is_signed_rightly(tea_folder: Path, tmp_path: Path) -> None:
    (script,) = blocks("sh")
    script = script[script.index("body=") : script.index("curl")]
    script += 'printf "%s\\n%s\\n%s" "$body" "$now" "$signature"'
    done = subprocess.run(
        ["sh", "-c", script], env={"PATH": "/usr/bin:/bin", "PORTAL_SECRET": STANDARD},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    body, now, signature = done.stdout.split("\n")

    assert f"v1,{signature}" == signing.standard(STANDARD, "msg_1", now, body.encode())


@pytest.mark.parametrize(("block", "problem"), [
    ('kind = "chatwoot"\ntoken = "x"', "needs `url`"),
    ('kind = "zammad"\nurl = "https://z.example"', "needs `token`"),
    ('kind = "slack"\ntoken = "x"', "give `secrets`"),
    ('kind = "slack"\ntoken = "x"\nsecrets = ["a"]\npublic = false', "has no private notes"),
    ('kind = "webhook"\nsecrets = ["whsec_%%"]', "whsec_ and then Base64"),
    ('kind = "webhook"\nsecrets = ["env:NOT_SET_ANYWHERE"]', "NOT_SET_ANYWHERE"),
    ('kind = "webhook"\nsecrets = ["file:nowhere"]', "nowhere"),
    ('kind = "webhook"\nsecrets = ["YQ==", "Yg==", "Yw=="]', "two secrets are enough"),
    ('kind = "webhook"\nsecrets = ["YQ=="]\nurl = "ftp://x"', "begins with https://"),
    ('kind = "webhook"\nsecrets = ["YQ=="]\nkb = "coffee"', "`coffee`"),
    ('kind = "rasa"\noptions.user = "12"', "unknown option `user`"),
    ('kind = "zammad"\nurl = "https://z.example"\ntoken = "x"\nsecrets = ["a"]\npublic = true',
     "options.user"),
    ('kind = "zendesk"', "zendesk"),
    ('kind = "rasa"\nmisses = 0', "misses"),
    ('kind = "rasa"\nsecret = "x"', "secret"),
])  # fmt: skip
def test_a_desk_that_cannot_work_is_refused_in_one_line(
    block: str, problem: str, tea_folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sourcebot.toml"
    file.write_text(f"[bases]\ntea = '{tea_folder}'\n[desks.front]\n{block}\n", "utf-8")

    with pytest.raises(ServerError) as refused:
        Service(read_config(file), log=Log(write=str))

    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "front" in str(refused.value) or "coffee" in str(refused.value)
