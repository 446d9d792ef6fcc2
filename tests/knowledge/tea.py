"""A tiny knowledge base on a foreign subject: no code may know what the shipped one is about."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "kb.yaml": """\
name: tea
title: Tea
about: "Tea: what the kinds are, why people drink them, how they are brewed."
reviewed: 2026-01-31
examples:
  - What is green tea?
  - What is the difference between black tea and green tea?
  - How do I brew oolong?
main_concepts: [green-tea, black-tea]
""",
    "sources.yaml": """\
leaf-book:
  title: The Book of the Leaf
  publisher: Kettle Press
  kind: research
  read: 2026-01-31
  year: 1998
  url: https://kettle.example/leaf
pot-board:
  title: Brewing Times
  publisher: Pot Board
  kind: reference
  read: 2026-01-31
""",
    "concepts/green-tea.yaml": """\
id: green-tea
name: green tea
aliases: [sencha]
loose: [green]
signs:
  - <unbrowned> <leaf>
asked_as:
  - what is it called when the leaves are steamed and never wither
other_senses: [green tea party, green card]
contrast: black-tea
entries:
  define:
    summary:
      text: Green tea is made from leaves that are heated soon after picking.
      sources: [leaf-book]
      kind: definition
    points:
      - title: Colour
        text: The leaves stay green because they do not oxidise.
        sources: [pot-board, leaf-book]
  reasons:
    summary:
      text: People drink green tea for its fresh taste.
      sources: [leaf-book]
  brewing:
    summary:
      text: Pour water of 75 degrees on green tea and wait two minutes.
      sources: [pot-board]
""",
    "concepts/black-tea.yaml": """\
id: black-tea
name: black tea
aliases: [assam]
contrast: green-tea
entries:
  define:
    summary:
      text: Black tea is made from leaves that oxidise fully.
      sources: [leaf-book]
      kind: definition
  reasons:
    summary:
      text: People drink black tea for its strength.
      sources: [leaf-book]
  brewing:
    summary:
      text: Pour boiling water on black tea and wait four minutes.
      sources: [pot-board]
""",
    "concepts/oolong.yaml": """\
id: oolong
name: oolong
aliases: [oolong tea]
contrast: green-tea
entries:
  define:
    summary:
      text: Oolong is made from leaves that oxidise in part.
      sources: [leaf-book]
      kind: definition
  brewing:
    summary:
      text: Pour water of 90 degrees on oolong and wait three minutes.
      sources: [pot-board]
""",
    "entries/black-tea-green-tea.yaml": """\
concepts: [black-tea, green-tea]
entries:
  compare:
    summary:
      text: Black tea is oxidised and green tea is not.
      sources: [leaf-book]
    rows:
      - label: Oxidation
        cells: {black-tea: full, green-tea: none}
        sources: [pot-board]
""",
    "aspects/define.yaml": """\
id: define
name: Definition
takes: concept
question: What is {concept}?
next: [reasons, brewing]
phrases:
  - "{concept}"
  - what is {concept}
  - what does {concept} mean
  - define {concept}
  - explain {concept}
  - tell me about {concept}
  - what is that
""",
    "aspects/reasons.yaml": """\
id: reasons
name: Reasons
takes: concept
question: Why do people drink {concept}?
next: [brewing, define]
phrases:
  - why drink {concept}
  - why do people drink {concept}
  - why
  - and why
  - what are the benefits of {concept}
  - what is {concept} good for
""",
    "aspects/brewing.yaml": """\
id: brewing
name: Brewing
takes: concept
question: How do I brew {concept}?
next: [define]
phrases:
  - how do i brew {concept}
  - how is {concept} brewed
  - how to make {concept}
  - how long does {concept} steep
  - how hot must the water for {concept} be
  - and how do i brew it
""",
    "aspects/compare.yaml": """\
id: compare
name: Comparison
takes: pair
question: What is the difference between {concept} and {other}?
phrases:
  - what is the difference between {concept} and {concept}
  - "{concept} versus {concept}"
  - compare {concept} and {concept}
  - how does {concept} differ from {concept}
  - what is the difference
""",
    "aspects/task_fit.yaml": """\
id: task_fit
name: Does it suit?
takes: task
question: Which tea suits {task}?
phrases:
  - which tea suits {task}
  - is {concept} good for {task}
  - what tea should i drink at {task}
  - should i drink {concept} for {task}
""",
    "tasks.yaml": """\
categories:
  meals:
    name: meals
    summary:
      text: Strong teas go with meals.
      sources: [leaf-book]
tasks:
  breakfast:
    name: breakfast
    aliases: [first meal]
    category: meals
    fits: [black-tea]
    points:
      - text: Black tea with milk is the usual tea for breakfast.
        sources: [leaf-book]
""",
    "claims.yaml": """\
two-plants:
  says: Green tea and black tea come from two plants.
  verdict: "false"
  aspect: compare
  concepts: [black-tea, green-tea]
  phrases:
    - green tea and black tea come from different plants
    - is green tea another plant than black tea
    - do black tea and green tea grow on two plants
  summary:
    text: No, both come from one plant.
    sources: [leaf-book]
""",
    "words.yaml": """\
unbrowned: [unoxidised, not browned, steamed]
leaf: [leaf, leaves]
benefit: [benefit, benefits, advantage, advantages]
""",
    "scope.yaml": """\
inside:
  - what is green tea
  - why do people drink black tea
  - how do i brew oolong
  - compare black tea and green tea
  - tell me about assam
  - which tea suits breakfast
  - is black tea good for breakfast
  - how long does sencha steep
  - what are the benefits of green tea
  - what is made of steamed leaves
  - how to make black tea
outside:
  - who won the football match
  - book a flight to rome
  - what is the capital of peru
  - how do i repair my bicycle
  - write a poem about winter
  - when does the bank open
  - was the green card lottery fair
  - my printer is broken
  - how tall is the tower
  - play some jazz
  - who invented the telephone
""",
    "transcripts/first.yaml": """\
- name: Follow-ups
  turns:
    - {user: what is green tea, status: answered, intent: define, concepts: [green-tea]}
    - {user: and why?, status: answered, intent: reasons, concepts: [green-tea]}
- name: Out of scope
  turns:
    - {user: who won the football match, status: unknown, reason: out-of-scope}
""",
    "content/answers/new.md.j2": "The kettle is on. {{ kb.about }}\n",
}


class TeaFolder:
    """The tea base in a folder, to be changed and broken by a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in FILES.items():
            self.write(name, text)

    def path(self, name: str) -> Path:
        """Where a file of the base is."""
        return self.root / name

    def write(self, name: str, text: str | bytes) -> int:
        """Write a file; returns the number of its last line."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode() if isinstance(text, str) else text
        path.write_bytes(data)
        return data.count(b"\n")

    def append(self, name: str, text: str) -> int:
        """Append lines to a file; returns the number of its last line."""
        return self.write(name, self.path(name).read_text("utf-8") + text)

    def replace(self, name: str, old: str, new: str) -> int:
        """Replace what stands in a file once; returns the line where it stood."""
        before, found, after = self.path(name).read_text("utf-8").partition(old)
        assert found, f"{old!r} is not in {name}"
        self.write(name, before + new + after)
        return before.count("\n") + 1
