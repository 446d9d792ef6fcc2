"""Reads messages: words, names, signs, and what is asked. Knows nothing of the conversation."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from sourcebot.dialogue.clauses import split_clauses
from sourcebot.dialogue.reading import (
    CONCEPT_SLOT,
    TASK_SLOT,
    Clause,
    Label,
    Mention,
    Reading,
)
from sourcebot.dialogue.scope import difference
from sourcebot.dialogue.understanding import NAME_WEIGHT, Understanding
from sourcebot.routing.features import NOT
from sourcebot.routing.router import Route
from sourcebot.routing.signs import SignMatch
from sourcebot.routing.spotting import Spot
from sourcebot.routing.text import Token, clean, stem, tokenise

MAX_TOKENS = 160
LONGEST_FILLER = 8
_LABELS = 6
WINDOW = 8
"""Long messages are also read by their first and their last words alone."""
PART = 0.8


class _Found(Struct, frozen=True):
    """What was found in one clause.

    named: concepts with a name that means nothing else; swallowed: names that the sign explains.
    """

    named: frozenset[str]
    spots: tuple[Spot, ...]
    swallowed: tuple[Spot, ...]
    sign: SignMatch | None
    hints: tuple[SignMatch, ...]


class Reader:
    """Reads with one index; holds no state between messages."""

    def __init__(self, understanding: Understanding) -> None:
        self.index = understanding

    def read(self, text: str) -> list[Reading]:
        """Read a message; one reading per question in it, none where it has no words."""
        cleaned = clean(text)
        tokens, repairs = self._tokens(cleaned)
        names = self.index.spotter.spot(tokens)
        named = {token.start for spot in names for token in tokens[spot.first : spot.last + 1]}
        clauses = split_clauses(
            cleaned, tokens, self.index.openers, named, self.index.function_words
        )
        clauses = self._from_correction(clauses)
        questions = [clause for clause in clauses if clause.question]
        if not questions:
            whole = Clause(tuple(token for clause in clauses for token in clause.tokens), False)
            return [self._read(whole, (), repairs)] if whole.tokens else []
        statements = [clause for clause in clauses if not clause.question]
        return [self._read(clause, statements, repairs) for clause in questions]

    def _from_correction(self, clauses: list[Clause]) -> list[Clause]:
        """Only what follows "sorry, wrong word": what was corrected no longer counts."""
        for position, clause in enumerate(clauses[:-1]):
            tokens = self._without_fillers(clause.tokens)
            if tuple(token.word for token in tokens) in self.index.corrections:
                rest = [token for later in clauses[position:] for token in later.tokens]
                question = any(later.question for later in clauses[position + 1 :])
                return [*clauses[:position], Clause(tuple(rest), question)][position:]
        return clauses

    def mask_phrase(self, phrase: str) -> str:
        """A training phrase as the router sees messages: names masked, words repaired."""
        tokens, _ = self._tokens(clean(phrase))
        found = self._find(tokens)
        return " ".join(token.word for token in self._masked(tokens, found))

    def masked_stems(self, text: str) -> tuple[str, ...]:
        """The stems of a whole message with names and signs as slots, fillers dropped."""
        tokens, _ = self._tokens(clean(text))
        tokens = self._without_fillers(tokens)
        return tuple(token.stem for token in self._masked(tokens, self._find(tokens)))

    def names_in(self, text: str) -> tuple[str, ...]:
        """The ids of the concepts that a text names, sorted."""
        tokens, _ = self._tokens(clean(text))
        spots = self.index.spotter.spot(tokens)
        return tuple(sorted({spot.owner for spot in spots if spot.kind == "concept"}))

    def signals_of(self, text: str, wording: float | None = None) -> tuple[float, ...]:
        """The scope signals of a whole message (see `scope.SIGNALS`).

        wording: that signal, where it is known from elsewhere (a message the index learnt from).
        """
        tokens, _ = self._tokens(clean(text))
        tokens = self._without_fillers(tokens)
        found = self._find(tokens)
        return self._signals(tokens, found, self._route(tokens, found), wording)

    def _route(self, tokens: Sequence[Token], found: _Found) -> Route:
        """The clearest of several views of the same words.

        Pieces of work as slots, or ambiguous ones as the words they are; a word that points back
        as itself, or as a slot for what it points to.
        """
        views = [self._masked(tokens, found)]
        if any(spot.kind == "task" and spot.loose for spot in found.spots):
            certain = tuple(s for s in found.spots if not (s.kind == "task" and s.loose))
            views.append(self._masked(tokens, replace(found, spots=certain)))
        if not any(token.word == CONCEPT_SLOT for token in views[0]):
            pointed = [
                replace(token, word=CONCEPT_SLOT, stem=CONCEPT_SLOT)
                if token.word in self.index.points_back
                else token
                for token in views[0]
            ]
            if pointed != views[0]:
                views.append(pointed)
        views += [
            part for view in views if len(view) > WINDOW for part in (view[:WINDOW], view[-WINDOW:])
        ]
        routes = [
            self.index.router.route_stems("", [token.stem for token in view]) for view in views
        ]
        whole = [r for r, view in zip(routes, views, strict=True) if len(view) != WINDOW]
        parts = [r for r, view in zip(routes, views, strict=True) if len(view) == WINDOW]
        best = max(whole or routes, key=lambda route: route.confidence)
        part = max(parts, key=lambda route: route.confidence, default=best)
        return part if part.confidence * PART > best.confidence else best

    def _tokens(self, cleaned: str) -> tuple[list[Token], list[tuple[str, str]]]:
        tokens = tokenise(cleaned, self.index.contractions)[:MAX_TOKENS]
        repaired: list[Token] = []
        repairs: list[tuple[str, str]] = []
        for token in tokens:
            word = self.index.repairer.repair(token.word, NAME_WEIGHT if token.proper else 0)
            if word is not None and word != token.word:
                repairs.append((token.word, word))
                token = replace(token, word=word, stem=stem(word), shout=False)
            repaired.append(token)
        return repaired, repairs

    def _read(
        self,
        clause: Clause,
        statements: Sequence[Clause],
        repairs: Sequence[tuple[str, str]],
    ) -> Reading:
        tokens = self._without_fillers(clause.tokens)
        correction, tokens = self._opening(tokens, self.index.corrections)
        if correction:
            tokens = self._without_fillers(tokens)
            tokens = self._opening(tokens, self.index.corrections)[1]
        shift, tokens = self._opening(tokens, self.index.shifts)
        corrected = self._without_the_negated(tokens)
        correction = correction or len(corrected) < len(tokens)
        tokens = corrected
        found = self._find(tokens)
        masked = self._masked(tokens, found)
        route = self._route(tokens, found)
        inside = self.index.scope.chance(self._signals(tokens, found, route))
        context = [self._find(statement.tokens) for statement in statements]
        if statements:
            everything = [token for part in (*statements, clause) for token in part.tokens]
            everything = self._without_fillers(sorted(everything, key=lambda token: token.start))
            all_found = self._find(everything)
            whole = self._route(everything, all_found)
            chance = self.index.scope.chance(self._signals(everything, all_found, whole))
            inside = max(inside, chance)
            if whole.confidence > route.confidence:
                route, masked = whole, self._masked(everything, all_found)
        words = tuple(token.word for token in tokens)
        subject = self.index.subjects.spot(tokens)
        return Reading(
            words=tuple(token.word for token in masked),
            stems=tuple(token.stem for token in masked),
            content=tuple(self._content(tokens, found)),
            concepts=self._concepts(tokens, found, context, statements),
            hints=tuple(_hint(tokens, match) for match in found.hints)
            + tuple(
                _hint(statement.tokens, match)
                for statement, other in zip(statements, context, strict=True)
                for match in other.hints
            ),
            tasks=self._tasks(tokens, found, context, statements),
            labels=tuple(
                Label.parse(label, confidence) for label, confidence in route.ranking[:_LABELS]
            ),
            similarity=route.similarity,
            inside=inside,
            foreign=tuple(self._foreign(tokens, found)),
            subject=subject[0].owner if subject else None,
            shift=shift,
            correction=correction,
            back=any(word in self.index.points_back for word in words),
            back_both=any(_contains(words, both) for both in self.index.points_back_to_both),
            opposite=any(_contains(words, way) for way in self.index.opposites),
            bare=all(token.stem in (CONCEPT_SLOT, TASK_SLOT) for token in masked),
            names=tuple({spot.name: None for spot in found.spots if spot.kind == "concept"}),
            named=found.named,
            repairs=tuple(repairs),
        )

    def _without_fillers(self, tokens: Sequence[Token]) -> list[Token]:
        """Drop filler phrases from both ends, as long as something is left."""
        kept = list(tokens)
        changed = True
        while changed and len(kept) > 1:
            changed = False
            for size in range(min(LONGEST_FILLER, len(kept) - 1), 0, -1):
                head = tuple(token.word for token in kept[:size])
                tail = tuple(token.word for token in kept[-size:])
                if head in self.index.fillers:
                    kept, changed = kept[size:], True
                    break
                if tail in self.index.fillers:
                    kept, changed = kept[:-size], True
                    break
        return kept

    def _without_the_negated(self, tokens: list[Token]) -> list[Token]:
        """The tokens less what is denied: "not offshoring but reshoring" is about reshoring."""
        if not tokens or tokens[0].word != NOT:
            return tokens
        spots = [s for s in self.index.spotter.spot(tokens) if s.kind == "concept"]
        if len(spots) < 2 or spots[0].first > 1:
            return tokens
        rest = tokens[spots[0].last + 1 :]
        return rest[1:] if len(rest) > 1 and rest[0].word in self.index.function_words else rest

    def _opening(
        self, tokens: Sequence[Token], openings: Collection[tuple[str, ...]]
    ) -> tuple[bool, list[Token]]:
        """Whether the clause begins with one of the openings, and the clause without it."""
        for size in range(min(LONGEST_FILLER, len(tokens) - 1), 0, -1):
            if tuple(token.word for token in tokens[:size]) in openings:
                return True, self._opening(tokens[size:], openings)[1]
        return False, list(tokens)

    def _find(self, tokens: Sequence[Token]) -> _Found:
        spots = self.index.spotter.spot(tokens)
        covered = {p: spot for spot in spots for p in _positions(spot)}
        senses = self.index.senses.spot(tokens)
        astray = {p for sense in senses for p in range(sense.first, sense.last + 1)}
        spots = [s for s in spots if not astray & set(range(s.first, s.last + 1))]
        work = {p: None for p, spot in covered.items() if spot.kind == "task" and p not in astray}
        hints = [
            match
            for match in self.index.signs.read(tokens, tuple(work))
            if not astray & set(match.positions)
        ]
        named = frozenset(s.owner for s in spots if s.kind == "concept" and not s.loose)
        sign = self._swallowing(spots, hints)
        swallowed: list[Spot] = []
        if sign is not None:
            inside = set(sign.positions)
            swallowed = [
                spot for spot in spots if spot.kind == "concept" and set(_positions(spot)) <= inside
            ]
            used = inside - set(sign.tasks)
            swallowed += [
                spot
                for spot in spots
                if spot.kind == "task" and spot.loose and not used.isdisjoint(_positions(spot))
            ]
        kept = tuple(spot for spot in spots if spot not in swallowed)
        return _Found(named, kept, tuple(swallowed), sign, tuple(hints[:3]))

    def _swallowing(self, spots: Sequence[Spot], hints: Sequence[SignMatch]) -> SignMatch | None:
        """The sign that explains the message: the best, unless a name says more."""
        if not hints:
            return None
        named = [spot for spot in spots if spot.kind == "concept" and not spot.loose]
        if not named:
            return hints[0]
        for match in hints:
            inside = set(match.positions)
            compact = match.positions[-1] - match.positions[0] <= len(inside) + 1
            if (
                compact
                and any(
                    set(_positions(spot)) < inside and spot.owner != match.label for spot in named
                )
                and all(set(_positions(spot)) <= inside for spot in named)
            ):
                return match
        return None

    def _masked(self, tokens: Sequence[Token], found: _Found) -> list[Token]:
        """Names become slots; so do the words of the sign, where no concept is named."""
        slots: dict[int, str | None] = {}
        names = (spot for spot in found.swallowed if spot.kind == "concept")
        for spot in (*found.spots, *names):
            slot = CONCEPT_SLOT if spot.kind == "concept" else TASK_SLOT
            slots[spot.first] = slot
            slots.update(dict.fromkeys(range(spot.first + 1, spot.last + 1)))
        if found.sign is not None and not found.named:
            free = [p for p in found.sign.positions if p not in slots]
            slots.update(dict.fromkeys(free))
            if free:
                slots[free[0]] = CONCEPT_SLOT
        masked: list[Token] = []
        for position, token in enumerate(tokens):
            if position not in slots:
                masked.append(token)
                continue
            filler = slots[position]
            if filler is not None and not (masked and masked[-1].word == filler == TASK_SLOT):
                masked.append(replace(token, word=filler, stem=filler))
        return masked

    def _foreign(self, tokens: Sequence[Token], found: _Found) -> list[str]:
        """Content words that nothing explains; numbers are details, not subjects."""
        covered = {p for spot in found.spots for p in _positions(spot)}
        if found.sign is not None:
            covered.update(found.sign.positions)
        return [
            token.word
            for position, token in enumerate(tokens)
            if position not in covered
            and token.word not in self.index.function_words
            and token.stem not in self.index.known
            and token.stem not in self.index.passages.idf
            and not token.word[0].isdigit()
        ]

    def _signals(
        self,
        tokens: Sequence[Token],
        found: _Found,
        route: Route,
        wording: float | None = None,
    ) -> tuple[float, ...]:
        concepts = [spot for spot in found.spots if spot.kind == "concept"]
        tasks = [spot for spot in found.spots if spot.kind == "task"]
        unexplained = self._foreign(tokens, found)
        foreign = len(unexplained)
        proper = sum(token.proper and token.word in unexplained for token in tokens)
        content = sum(token.word not in self.index.function_words for token in tokens)
        return (
            float(bool(found.named)),
            float(any(spot.loose for spot in concepts)),
            min(found.sign.elements, 4) / 3 if found.sign is not None else 0.0,
            1.0 if any(not t.loose for t in tasks) else 0.5 if tasks else 0.0,
            self._subject_signal(tokens, route),
            route.similarity,
            route.confidence,
            min(foreign, 4) / 2,
            min(proper, 2) / 2,
            foreign / content if content else 0.0,
            float(bool(self.index.senses.spot(tokens))),
            self._wording(tokens, found) if wording is None else wording,
            self._best_fact(tokens, found),
        )

    def _subject_signal(self, tokens: Sequence[Token], route: Route) -> float:
        """Whether a subject is named (a half), and what is asked is about it (one)."""
        owners = {spot.owner for spot in self.index.subjects.spot(tokens)}
        if not owners:
            return 0.0
        return 1.0 if route.ranking and route.ranking[0][0] in owners else 0.5

    def _wording(self, tokens: Sequence[Token], found: _Found) -> float:
        if self.index.wording is None:
            return 0.0
        masked = [token.stem for token in self._masked(tokens, found)]
        return difference(self.index.wording.linear(masked))

    def _best_fact(self, tokens: Sequence[Token], found: _Found) -> float:
        content = self._content(tokens, found)
        facts = self.index.passages.search(content) if content else []
        return facts[0][0] if facts else 0.0

    def _content(self, tokens: Sequence[Token], found: _Found) -> list[str]:
        """The stems that say what about the concept is meant: no function words, no names."""
        named = {p for spot in found.spots for p in _positions(spot)}
        named.update(found.sign.positions if found.sign is not None else ())
        return [
            token.stem
            for position, token in enumerate(tokens)
            if position not in named
            and token.word not in self.index.function_words
            and token.word not in self.index.openers
        ]

    def _concepts(
        self,
        tokens: Sequence[Token],
        found: _Found,
        context: Sequence[_Found],
        statements: Sequence[Clause],
    ) -> tuple[Mention, ...]:
        own = _mentions(tokens, found.spots, "concept")
        if found.sign is not None and not any(not mention.loose for mention in own):
            own = (_hint(tokens, found.sign),)
        if own:
            return own
        for statement, other in zip(statements, context, strict=True):
            lent = _mentions(statement.tokens, other.spots, "concept")
            if lent:
                return lent
            if other.sign is not None:
                return (_hint(statement.tokens, other.sign),)
        return ()

    def _tasks(
        self,
        tokens: Sequence[Token],
        found: _Found,
        context: Sequence[_Found],
        statements: Sequence[Clause],
    ) -> tuple[Mention, ...]:
        own = _mentions(tokens, found.spots, "task")
        if own:
            return own
        for statement, other in zip(statements, context, strict=True):
            lent = _mentions(statement.tokens, other.spots, "task")
            if lent:
                return lent
        return ()


def _positions(spot: Spot) -> range:
    return range(spot.first, spot.last + 1)


def _mentions(tokens: Sequence[Token], spots: Sequence[Spot], kind: str) -> tuple[Mention, ...]:
    found: dict[str, Mention] = {}
    for spot in spots:
        if spot.kind == kind:
            span = " ".join(token.word for token in tokens[spot.first : spot.last + 1])
            found.setdefault(
                spot.owner, Mention(spot.owner, span, spot.score, spot.name, spot.loose)
            )
    return tuple(found.values())


def _hint(tokens: Sequence[Token], match: SignMatch) -> Mention:
    span = " … ".join(tokens[position].word for position in match.positions)
    return Mention(match.label, span, min(1.0, 0.4 + 0.15 * match.elements), match.sign, sign=True)


def _contains(words: Sequence[str], part: Sequence[str]) -> bool:
    size = len(part)
    return any(tuple(words[i : i + size]) == tuple(part) for i in range(len(words) - size + 1))
