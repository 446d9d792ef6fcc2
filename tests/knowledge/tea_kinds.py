"""The tea base with kinds, traits and relations, so that any two teas can be compared."""

from __future__ import annotations

from tests.knowledge.tea import TeaFolder

KINDS = """\
kinds:
  leaf: {name: a tea of leaves, traits: [colour, water, choose]}
  ware: {name: a piece of tableware, traits: [colour, choose]}
traits:
  colour: Colour
  water: How hot the water is
  choose: Choose it when
when: choose
relations:
  is-a: "{concept} is a kind of {other}."
  goes-with: "{concept} goes with {other}."
telling: [goes-with]
broader: is-a
"""
GREEN = """\
kind: leaf
with_article: a green tea
relations: {goes-with: [oolong, black-tea], is-a: [black-tea]}
traits:
  colour: {text: Light, sources: [leaf-book]}
  water: {text: 75 degrees, sources: [pot-board]}
  choose: {text: You like it fresh, sources: [leaf-book]}
entries:
"""
OOLONG = """\
kind: leaf
relations: {goes-with: [green-tea]}
traits:
  colour: {text: Light, sources: [leaf-book]}
  water: {text: 90 degrees, sources: [pot-board]}
  choose: {text: You cannot decide, sources: [leaf-book]}
does_not_apply: {reasons: Nobody knows why people drink oolong.}
entries:
"""
BLACK = """\
kind: leaf
traits:
  colour: {text: Dark, sources: [leaf-book]}
  water: {text: 100 degrees, sources: [pot-board]}
  choose: {text: You need to wake up, sources: [leaf-book]}
entries:
"""
POT = """\
id: pot
name: pot
kind: ware
traits:
  colour: {text: Any, sources: [pot-catalogue]}
  choose: {text: You have guests, sources: [pot-catalogue]}
words:
  vessel: [vessel, jug]
signs:
  - <vessel> leaf
sources:
  pot-catalogue: {title: Pots, publisher: Pot Board, kind: company, read: 2026-01-31}
entries:
  define:
    summary: {text: A pot is what tea is brewed in., sources: [pot-catalogue]}
  reasons:
    summary: {text: A pot keeps tea warm., sources: [pot-catalogue]}
    points:
      - {title: Brown Betty, text: "A round English pot of red clay.", sources: [pot-catalogue]}
      - {title: Kyusu, text: "A Japanese pot with a handle at its side.", sources: [pot-catalogue]}
      - {title: Samovar, text: "Russians boil the water in it.", sources: [pot-catalogue]}
"""


def with_kinds(tea: TeaFolder) -> TeaFolder:
    """Give the teas traits, and add a concept in a single file."""
    tea.write("kinds.yaml", KINDS)
    for name, text in (("green-tea", GREEN), ("oolong", OOLONG), ("black-tea", BLACK)):
        tea.replace(f"concepts/{name}.yaml", "entries:\n", text)
    tea.write("concepts/pot.yaml", POT)
    return tea
