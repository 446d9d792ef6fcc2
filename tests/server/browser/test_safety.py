"""What replies, people and knowledge bases say stays text; the page's policy is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from sourcebot.server.app import create_app
from tests.knowledge.tea import TeaFolder
from tests.server.browser.screen import Screen
from tests.server.browser.serving import Running, Stub, says, service_of

ATTACKS = [
    "<img src=x onerror=\"window.hurt=1\">",
    "<script>window.hurt=1</script>",
    "<svg onload=window.hurt=1>",
    "[click](javascript:window.hurt=1)",
    "[click](JaVaScRiPt:window.hurt=1)",
    "[click](java\tscript:window.hurt=1)",
    "[click](data:text/html,<script>window.hurt=1</script>)",
    "[click](vbscript:x)",
    "[click](//evil.example/x)",
    "[click](/v1/conversations)",
    "<javascript:window.hurt=1>",
    "![x](https://evil.example/pixel.png)",
    "[![x](javascript:window.hurt=1)](javascript:window.hurt=1)",
    '[x](https://a.example/"onmouseover="window.hurt=1)',
    "**<b onclick=window.hurt=1>bold</b>**",
    "`<img src=x onerror=window.hurt=1>`",
    "| <img src=x onerror=window.hurt=1> | b |\n|---|---|\n| <script>window.hurt=1</script> | c |",
    "```\n<img src=x onerror=window.hurt=1>\n```",
    "# <img src=x onerror=window.hurt=1>",
    "- <img src=x onerror=window.hurt=1>",
    "1. [a](javascript:window.hurt=1)",
    "> <iframe src=javascript:window.hurt=1></iframe>",
    "[1, 2](javascript:window.hurt=1)",
    "[999] [1, 77] [0]",
    "<style>* { display: none }</style>",
    "{{ 7 * 7 }} ${7 * 7} {title}",
    "&lt;img src=x onerror=window.hurt=1&gt; &#60;script&#62;",
    "\u202egnp.exe \u0000 \U0001f600 \uffff",
    "half a character: \ud83d and \ude00",
]  # fmt: skip

ALLOWED = {
    "DIV", "H2", "H3", "H4", "P", "UL", "OL", "LI", "STRONG", "EM", "CODE", "PRE", "TABLE", "THEAD",
    "TBODY", "TR", "TH", "TD", "A", "BUTTON", "SPAN", "BLOCKQUOTE", "BR", "DETAILS", "SUMMARY",
    "svg", "path", "HR",
}  # fmt: skip


def harmless(screen: Screen) -> None:
    """Nothing ran, and nothing is there that the widget does not build."""
    assert screen.driver.execute_script("return window.hurt === undefined")
    script = (
        "return [...root.querySelectorAll('.log *')].flatMap((node) => [node.nodeName,"
        " ...node.getAttributeNames().filter((name) => name.startsWith('on') || name === 'src')])"
    )
    assert set(screen.js(script)) <= ALLOWED
    links = screen.js("return [...root.querySelectorAll('a')].map((link) => link.href)")
    assert all(link.startswith(("https://", "http://")) for link in links)
    assert screen.js("return getComputedStyle(root.querySelector('.log')).display") == "block"


@pytest.mark.parametrize("attack", ATTACKS)
def test_replies_stay_text(screen: Screen, stubbed: str, stub: Stub, attack: str) -> None:
    source = {"title": attack, "publisher": attack, "year": attack, "url": attack}
    question = {
        "criterion": attack,
        "text": attack,
        "why": attack,
        "answers": [{"id": attack, "label": attack}],
        "step": 1,
        "about": 3,
    }
    stub.about = attack
    stub.replies = [
        says(attack, suggestions=[attack], sources=[source]),
        says(f"Some **{attack}** more [1]", question=question, sources=[source]),
    ]
    screen.visit(stubbed + "/")
    screen.open()
    screen.say("one")
    screen.say("two")
    screen.sees("Why this question?")
    ALLOWED.update({"PROGRESS", "B", "H5", "H6"})
    harmless(screen)
    screen.driver.refresh()
    screen.sees("Why this question?")
    harmless(screen)


def test_what_people_write_stays_text(screen: Screen, stubbed: str, stub: Stub) -> None:
    screen.visit(stubbed + "/")
    screen.open()
    for attack in ("<img src=x onerror=window.hurt=1>", "**no** [x](javascript:1) [1]"):
        screen.say(attack)
        assert screen.texts(".said")[-1] == attack
    harmless(screen)


def test_a_hostile_knowledge_base(screen: Screen, tmp_path: Path, shared_cache: Path) -> None:
    tea = TeaFolder(tmp_path / "tea")
    tea.replace("kb.yaml", "title: Tea", "title: \"<img src=x onerror='window.hurt=1'>\"")
    tea.replace(
        "concepts/green-tea.yaml",
        "text: Green tea is made from leaves that are heated soon after picking.",
        "text: '<img src=x onerror=window.hurt=1> [tea](javascript:window.hurt=1) **leaves**'",
    )
    tea.replace(
        "sources.yaml", "title: The Book of the Leaf", "title: <script>window.hurt=1</script>"
    )
    running = Running(create_app(service_of(bases={"tea": str(tea.root)})))
    try:
        screen.visit(running.address + "/")
        screen.find(".chips button")
        screen.say("what is green tea")
        assert "onerror=window.hurt=1" in screen.shown()
        screen.click("summary", "Sources")
        assert "<script>window.hurt=1</script>" in screen.shown()
        harmless(screen)
    finally:
        running.stop()


@pytest.fixture
def drawn(screen: Screen, stubbed: str, stub: Stub) -> Screen:
    screen.visit(stubbed + "/")
    screen.open()
    return screen


def nodes(screen: Screen) -> str:
    """The last reply, as tags and text."""
    script = """
      const told = (node) => node.nodeType === 3 ? node.data
        : `<${node.localName}${node.localName === 'a' ? ' ' + node.href : ''}>`
          + [...node.childNodes].map(told).join('') + `</${node.localName}>`;
      const all = root.querySelectorAll('.bot .text');
      return [...all[all.length - 1].childNodes].map(told).join('')"""
    return str(screen.js(script)).replace("<span> (opens in a new tab)</span>", "")


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("a **b *c* d** e", "<p>a <strong>b <em>c</em> d</strong> e</p>"),
        ("snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"),
        ("__a__ _b_", "<p><strong>a</strong> <em>b</em></p>"),
        ("**open and *never closed", "<p>**open and *never closed</p>"),
        (r"\*no\* \[1\] \<b>", "<p>*no* [1] &lt;b></p>".replace("&lt;", "<")),
        ("# One\n\n### Three", "<h4>One</h4><h6>Three</h6>"),
        ("#### Deep", "<h4>Deep</h4>"),
        ("- a\n- b\n  more\n\n1. c\n2. d", "<ul><li>a</li><li>b<br></br>more</li></ul>"
         "<ol><li>c</li><li>d</li></ol>"),
        ("- a\n  - b\n  - c\n- d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>"),
        ("- a\n\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", "<ol><li>a</li><li>b</li></ol>"),
        ("- a\n\n  second", "<ul><li><p>a</p><p>second</p></li></ul>"),
        ("text\n- a", "<p>text</p><ul><li>a</li></ul>"),
        ("a\nb", "<p>a<br></br>b</p>"),
        ("`a **b**` ``c ` d``", "<p><code>a **b**</code> <code>c ` d</code></p>"),
        ("`` ` `` `a\nb` `  `", "<p><code>`</code> <code>a b</code> <code>  </code></p>"),
        ("``open and `never closed ```", "<p>``open and `never closed ```</p>"),
        ("`a ``b` **c**", "<p><code>a ``b</code> <strong>c</strong></p>"),
        ("```\n**a**\n\n# b", "<pre><code>**a**\n\n# b</code></pre>"),
        ("> a\n> b", "<blockquote><p>a<br></br>b</p></blockquote>"),
        ("---", "<hr></hr>"),
        ("[a](https://x.example/b)", "<p><a https://x.example/b>a</a></p>"),
        ("see https://x.example/b.", "<p>see <a https://x.example/b>https://x.example/b</a>.</p>"),
        ("<https://x.example/>", "<p><a https://x.example/>https://x.example/</a></p>"),
        ("a [1] b", "<p>a [1] b</p>"),
        ("| a | b |\n|---|---|\n| c \\| d | e |\n| f |",
         "<div><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><th>c | d</th>"
         "<td>e</td></tr><tr><th>f</th></tr></tbody></table></div>"),
    ],
)  # fmt: skip
def test_markdown(drawn: Screen, stub: Stub, markdown: str, expected: str) -> None:
    stub.replies = [says(markdown)]
    drawn.say("x")
    assert nodes(drawn) == expected


def test_long_and_nested_texts_are_drawn(drawn: Screen, stub: Stub) -> None:
    for text in (
        "**" * 30_000,
        "*a " * 20_000,
        "[" * 40_000,
        "> " * 2_000 + "x",
        "\n".join("  " * depth + "- x" for depth in range(500)),
        "`" * 40_000,
        " ".join("`" * length for length in range(1, 400)),
        "|" * 40_000 + "\n" + "|-" * 20_000,
        "_a" * 20_000,
    ):
        stub.replies = [says(text)]
        drawn.say("x")
        assert drawn.all(".bot:last-child .text")
