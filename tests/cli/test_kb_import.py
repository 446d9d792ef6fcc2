"""`sourcebot kb import`, as a help desk runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import Run

TICKETS = """\
question,answer,category
how do i reset my password,Use the link on the sign-in page.,Account
forgot my pasword cant log in,Use the link on the sign-in page.,Account
printer doesnt print,Hold your badge to the reader.,Printing
"sent a document, nothing comes out",Hold your badge to the reader.,Printing
is there a wifi for guests,Guests use the network Visitor.,Network
guest wlan password??,Guests use the network Visitor.,Network
vpn keeps disconnecting,Update the client and restart.,Network
vpn drops every ten minutes,Update the client and restart.,Network
need a new laptop,Your manager orders it in the portal.,Hardware
my notebook is very old can i get a replacement,Your manager orders it in the portal.,Hardware
"""


@pytest.fixture
def tickets(tmp_path: Path) -> str:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS, "utf-8")
    return str(path)


def test_an_export_becomes_a_base_that_answers(
    sourcebot: Run, tmp_path: Path, tickets: str
) -> None:
    folder = str(tmp_path / "help")
    done = sourcebot("kb", "import", tickets, "--into", folder, "--title", "IT help")
    checked = sourcebot("kb", "check", "--kb", folder)
    tested = sourcebot("kb", "test", "--kb", folder)
    replies = [
        json.loads(sourcebot("--kb", folder, "ask", "--json", text).out)
        for text in ("i forgot my password", "who won the football match")
    ]

    assert (done.code, done.err) == (0, "learning ...\n")
    assert "10 rows: 5 new answers, 10 new ways to ask; left out: 0 repeated, 0 in" in done.out
    assert "asked back, learnt: 10 of 10 find their answer" in done.out
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.endswith(" no problems\n")
    assert tested.code == 0, tested.out
    assert replies[0]["intent"] == "how-do-i-reset-my-password"
    assert "sign-in page" in replies[0]["text"]
    assert replies[1]["reason"] == "out-of-scope"


@pytest.mark.parametrize("title", ["One", "靴"])
def test_an_import_has_no_problems_whatever_the_title(
    sourcebot: Run, tmp_path: Path, tickets: str, title: str
) -> None:
    folder = str(tmp_path / "help")
    sourcebot("kb", "import", tickets, "--into", folder, "--title", title)
    checked = sourcebot("kb", "check", "--kb", folder)

    assert (checked.code, checked.err) == (0, "")
    assert checked.out.endswith(" no problems\n")


def test_a_new_base_of_kb_new_takes_an_import(sourcebot: Run, tmp_path: Path, tickets: str) -> None:
    folder = str(tmp_path / "shop")
    sourcebot("kb", "new", folder)
    done = sourcebot("--kb", folder, "kb", "import", tickets)
    again = sourcebot("--kb", folder, "kb", "import", tickets)
    checked = sourcebot("kb", "check", "--kb", folder)
    tested = sourcebot("kb", "test", "--kb", folder)

    assert done.code == 0, done.out
    assert "asked back, learnt: 10 of 10" in done.out
    assert again.code == 0
    assert again.out.endswith(f"nothing new for {folder}; no file was written\n")
    assert checked.code == 0
    assert "error" not in checked.out
    assert tested.code == 0, tested.out


def test_what_contradicts_is_named_and_left_out_and_ends_with_1(
    sourcebot: Run, tmp_path: Path, tickets: str
) -> None:
    with open(tickets, "a", encoding="utf-8") as file:
        file.write(
            "Printer doesn't print!,Buy a new one.,Printing\n"
            "need a new laptop,Your manager orders it in the portal.,\n"
        )
    done = sourcebot("kb", "import", tickets, "--into", str(tmp_path / "help"))

    assert done.code == 1
    assert f"{tickets}:12: warning: “Printer doesn't print!” has another answer at {tickets}:4" in (
        done.out
    )
    assert f"{tickets}:13: warning: “need a new laptop” again (first at {tickets}:10)" in done.out


def test_a_fault_in_the_table_is_told_with_its_line_and_nothing_is_written(
    sourcebot: Run, tmp_path: Path, tickets: str
) -> None:
    with open(tickets, "a", encoding="utf-8") as file:
        file.write("where is the toner,,Printing\n")
    done = sourcebot("kb", "import", tickets, "--into", str(tmp_path / "help"))

    assert (done.code, done.out) == (2, "")
    assert done.err == (f"sourcebot: {tickets}:12: the answer is empty; fill it or drop the line\n")
    assert not (tmp_path / "help").exists()


def test_rasa_training_data_without_answers_are_imported_and_the_gaps_named(
    sourcebot: Run, tmp_path: Path
) -> None:
    nlu = tmp_path / "nlu.yml"
    nlu.write_text(
        "nlu:\n- intent: opening\n  examples: |\n    - when do you open\n    - open on sunday\n"
        "- intent: parking\n  examples: |\n    - where can i park\n    - is there a garage\n"
        "responses:\n  utter_opening:\n  - text: At nine.\n",
        "utf-8",
    )
    folder = str(tmp_path / "help")
    done = sourcebot("kb", "import", str(nlu), "--into", folder)
    checked = sourcebot("kb", "check", "--kb", folder)

    assert done.code == 0, done.out
    assert checked.code == 0
    assert (
        "questions/nlu.yaml:9: warning: `parking` has no answer yet; add `summary`" in checked.out
    )
    reply = json.loads(sourcebot("--kb", folder, "ask", "--json", "open on sundays?").out)
    assert (reply["status"], reply["intent"]) == ("answered", "opening")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.csv", "--into", "x"), "nowhere.csv: cannot be read"),
        (("tickets.csv",), "into which knowledge base?"),
        (("tickets.csv", "--into", "full"), "full: holds files already"),
        (("tickets.csv", "--into", "x", "--hold-out", "2"), "is no share"),
        (("tickets.csv", "--into", "x", "--title", " "), "--title: a title has 1 to 200"),
        (("tickets.csv", "--into", "a/b/c"), "a/b/c: no folder to make it in"),
    ],
)
def test_wrong_usage_takes_one_line(
    sourcebot: Run, tmp_path: Path, tickets: str, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")

    done = sourcebot("kb", "import", *arguments, folder=tmp_path)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1
