"""The tea base with guided advice on a foreign subject: who makes the tea, and where."""

from __future__ import annotations

from pathlib import Path

from tests.knowledge.tea import TeaFolder

FILES = {
    "advice.yaml": """\
today: now
axes:
  who:
    name: Who makes it
    values: {self: yourself, shop: a tea shop}
  where:
    name: Where
    values: {home: at home, out: out of doors}
options:
  kettle:
    name: your own kettle
    means: Make it yourself at home.
    form: a kettle on the stove
    places: {who: self, where: home}
    concept: green-tea
  delivery:
    name: delivered tea
    means: Have it brought to you.
    form: a pot from the shop
    places: {who: shop, where: home}
  flask:
    name: a flask
    means: Make it yourself and carry it out.
    form: one big flask
    places: {who: self, where: out}
  tearoom:
    name: the tea room
    means: Go to the tea room.
    form: a table for all
    places: {who: shop, where: out}
    concept: black-tea
  medley:
    name: a medley
    means: Make a part yourself and buy the rest.
    form: your own pots and cakes from the shop
    base: -1
moves:
  homebrew:
    name: brewing again
    means: Make it yourself again.
    axis: who
    start: [shop]
    end: self
    impossible: You make it yourself already.
  homecoming:
    name: coming home
    means: Bring it back home.
    axis: where
    start: [out]
    end: home
    impossible: It is drunk at home already.
conflicts:
  - answers: {now: [nobody], mood: [content, poor-shop, long-way]}
    says: Nobody makes tea yet, so nobody can judge it.
  - answers: {now: [own-kettle, own-flask], mood: [poor-shop]}
    says: You make it yourself, so no shop can be at fault.
starts:
  - help me decide
  - help me decide about {task}
  - advise me
  - give me a recommendation
  - which way of having tea is best for us
  - who should make our {task}
  - should we have our {task} out of doors
  - should we have our {task} brought by a shop
""",
    "criteria/now.yaml": """\
id: now
name: tea today
weight: 2
question: Who makes your tea at present?
why:
  text: A change is measured against what you have.
  sources: [leaf-book]
answers:
  nobody:
    label: Nobody makes any
    neutral: true
    because: {text: All ways are open., sources: [leaf-book]}
    says: [nobody, no one does, we have none]
    states: [we drink no tea at all so far]
  own-kettle:
    label: We do with a kettle
    effects: {today: 1}
    today: kettle
    because: {text: You own a kettle., sources: [leaf-book]}
    says: [we do, ourselves, we brew it in our kitchen]
    states: ["we brew our {task} in our own kitchen"]
  own-flask:
    label: We do with a flask
    effects: {today: 1}
    today: flask
    because: {text: You own a flask., sources: [leaf-book]}
    says: [ourselves in a flask, we carry a thermos]
    states: ["we carry our {task} in a thermos"]
  bought-pot:
    label: A merchant brings pots
    effects: {today: 1}
    today: delivery
    because: {text: The shop knows your door., sources: [leaf-book]}
    says: [a merchant, a courier brings pots]
    states: ["a courier brings our {task} to the door"]
  bought-table:
    label: We sit in a tearoom
    effects: {today: 1}
    today: tearoom
    because: {text: You have a regular table., sources: [leaf-book]}
    says: [a merchant, waiters serve us at a table]
    states: ["waiters serve our {task} at a table"]
narrows:
  - answers: [own-kettle, bought-pot]
    phrases:
      - should we have our {task} out of doors
      - our {task} never leaves the house
  - answers: [bought-pot, bought-table]
    phrases:
      - our {task} is bought from merchants
terms:
  - names: [tea today]
    meaning: {text: The tea that you drink this week., sources: [leaf-book]}
""",
    "criteria/taste.yaml": """\
id: taste
name: special taste
weight: 3
question: Is the flavour the reason for which guests visit you?
why:
  text: What guests come for is best left in your hands.
  sources: [leaf-book]
answers:
  signature:
    label: Guests visit for its flavour
    effects: {self: 3, shop: -3}
    because: {text: Nobody else brews it as you do., sources: [leaf-book]}
    says: ["yes", they love our blend]
    states: [everybody praises our secret blend]
  pleasant:
    label: It is pleasant, no more
    effects: {self: 1, shop: -1, medley: 3}
    because: {text: A good cup pleases., sources: [pot-board]}
    says: [ordinary, agreeable but not famous]
    states: [our blend is agreeable but not famous]
  plain:
    label: Any bag would serve
    effects: {shop: 2, self: -2}
    because: {text: Any bag tastes of tea., sources: [pot-board]}
    says: [ordinary, teabags are enough]
    states: [the cheapest teabags are enough]
terms:
  - names: [flavour, aroma]
    meaning: {text: What the tongue and the nose find in a cup., sources: [leaf-book]}
""",
    "criteria/skill.yaml": """\
id: skill
name: steady hands
weight: 2
question: Have you somebody who can brew?
why: {text: Bad brewing spoils good leaves., sources: [leaf-book]}
answers:
  able:
    label: A trained brewer lives here
    effects: {self: 2, shop: -1}
    because: {text: A brewer in the house is at hand., sources: [leaf-book]}
    says: [grandmother is an expert]
    states: [my grandmother is an expert brewer]
  learning:
    label: Somebody could learn
    effects: {self: 1, medley: 2}
    because: {text: Brewing can be learnt in a week., sources: [leaf-book]}
    says: [my nephew takes lessons]
    states: [my nephew takes brewing lessons]
  clumsy:
    label: All are clumsy
    effects: {self: -3, shop: 2}
    because: {text: Clumsy hands scald., sources: [pot-board]}
    says: [everyone burns the water]
    states: [everyone here burns the water]
""",
    "criteria/roof.yaml": """\
id: roof
name: a roof
weight: 3
question: Do your guests need to stay under your roof?
why: {text: Some guests cannot travel., sources: [leaf-book]}
answers:
  must-stay:
    label: They must not go out
    effects: {home: 3}
    rules_out: [out]
    rare: true
    because: {text: Guests who cannot travel drink at home., sources: [leaf-book]}
    says: [the doctor forbids walking]
    states: [the doctor forbids my guests to walk]
  stay-a-little:
    label: They like to sit inside
    effects: {home: 2, out: -1}
    because: {text: Sofas are soft., sources: [leaf-book]}
    says: [the sofa is their favourite]
    states: [my guests adore the sofa]
  roam:
    label: They roam gladly
    effects: {out: 3, home: -2}
    because: {text: Tea tastes best in a meadow., sources: [pot-board]}
    says: [hikers all of them]
    states: [my guests are keen hikers]
""",
    "criteria/price.yaml": """\
id: price
name: price gap
weight: 2
question: By how much is a shop cheaper, in percent?
why: {text: Money buys cake., sources: [pot-board]}
answers:
  little:
    label: Hardly any saving
    effects: {self: 1, shop: -2}
    below: 20
    because: {text: A small gap is gone after one broken cup., sources: [pot-board]}
    says: [scarcely cheaper]
    states: [the merchant is scarcely cheaper]
  much:
    label: A large saving
    effects: {shop: 3}
    at_least: 20
    because: {text: A large gap buys much cake., sources: [pot-board]}
    says: [far cheaper]
    states: [the merchant is far cheaper]
""",
    "criteria/law.yaml": """\
id: law
name: village law
weight: 2
question: How strict is your village about serving?
why: {text: Fines are dear., sources: [leaf-book]}
answers:
  strict:
    label: Licences are inspected
    effects: {self: 2, shop: -3}
    because: {text: Under inspection you want your own hand on the pot., sources: [leaf-book]}
    says: [the mayor checks every cup]
    states: [the mayor inspects every cup]
  lax:
    label: Nobody inspects
    effects: {shop: 1}
    because: {text: Where nobody looks anybody may pour., sources: [pot-board]}
    says: [the mayor sleeps]
    states: [the mayor ignores cups altogether]
terms:
  - names: [village law, licences]
    meaning: {text: The written permission to pour., sources: [leaf-book]}
""",
    "criteria/sky.yaml": """\
id: sky
name: the sky
weight: 2
question: Which weather do you expect?
why: {text: Rain thins tea., sources: [pot-board]}
answers:
  sunny:
    label: Sunshine
    effects: {out: 2}
    because: {text: Sunshine invites out., sources: [pot-board]}
    says: [bright and warm]
    states: [the forecast promises a heatwave]
  rainy:
    label: Rain
    effects: {home: 2, out: -1}
    because: {text: Rain drives in., sources: [pot-board]}
    says: [wet and windy]
    states: [the forecast promises thunderstorms]
""",
    "criteria/mood.yaml": """\
id: mood
name: contentment
weight: 2
question: Are you content with what you drink at the moment?
why: {text: What works is not moved., sources: [leaf-book]}
skip_if: {now: [nobody]}
answers:
  content:
    label: Quite content
    effects: {today: 3}
    because: {text: What works may stay., sources: [leaf-book]}
    says: [it is delicious as it is]
    states: [our present tea is delicious as it is]
  poor-shop:
    label: The shop pours badly
    effects: {shop: -3, self: 1}
    because: {text: A bad shop is left., sources: [leaf-book]}
    says: [the waiters spill it]
    states: [the waiters spill half of it]
  long-way:
    label: The way is long
    effects: {out: -3, home: 1}
    because: {text: On a long way tea goes cold., sources: [leaf-book]}
    says: [it arrives cold]
    states: [it arrives cold after the long walk]
""",
    "guidance.yaml": """\
form-two-kettles:
  kind: form
  options: [kettle]
  when: {taste: [signature]}
  fact: {text: two kettles and a clock, sources: [leaf-book], kind: judgement}
risk-scald:
  kind: risk
  options: [self]
  fact:
    title: Scalds
    text: Boiling water scalds.
    remedy: Use a spout with a lid.
    sources: [pot-board]
risk-bill:
  kind: risk
  options: [shop]
  fact:
    title: The bill
    text: The bill grows with every cup.
    remedy: Agree on a price beforehand.
    sources: [leaf-book]
call-ahead:
  kind: communications
  fact: {text: A bell that all guests hear., sources: [pot-board]}
step-pack:
  kind: step
  changes: true
  fact: {text: Tell your guests about the change., sources: [leaf-book]}
step-boil:
  kind: step
  fact: {text: Boil the water., sources: [leaf-book]}
note-law:
  kind: note
  when: {law: [strict]}
  fact: {text: Ask for the licence in writing., sources: [leaf-book], kind: judgement}
note-homebrew:
  kind: note
  options: [homebrew]
  fact: {text: Descale the old kettle., sources: [pot-board]}
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
  picnic:
    name: picnic
    aliases: [picnics]
    category: meals
    fits: [green-tea]
    implies: {roof: roam}
    points:
      - text: Green tea may be drunk cold at a picnic.
        sources: [leaf-book]
""",
}


class AdvisingTeaFolder(TeaFolder):
    """The tea base that can advise, in a folder, to be changed and broken by a test."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for name, text in FILES.items():
            self.write(name, text)
