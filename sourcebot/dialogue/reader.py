"""Reads messages: words, names, signs, and what is asked. Knows nothing of the conversation."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sourcebot.dialogue.clauses import split_clauses
from sourcebot.dialogue.describing import labels_of, meant
from sourcebot.dialogue.finding import Found, find, masked
from sourcebot.dialogue.judging import clearest_route, scope_signals
from sourcebot.dialogue.reading import CONCEPT_SLOT, TASK_SLOT, Clause, Meant, Mention, Reading
from sourcebot.dialogue.understanding import NAME_WEIGHT, Understanding
from sourcebot.routing.company import mend
from sourcebot.routing.features import NOT
from sourcebot.routing.text import Token, clean, tokenise, words_of

MAX_TOKENS = 160
"""Of a longer message the last so many words are read: questions come at the end."""
LONGEST_FILLER = 8
MOST_LABELS = 6


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
        clauses = self._from_correction(split_clauses(cleaned, tokens, self.index, named))
        questions = [clause for clause in clauses if clause.question]
        if not questions:
            whole = Clause(tuple(token for clause in clauses for token in clause.tokens), False)
            return [self._read(whole, (), repairs)] if whole.tokens else []
        statements = [clause for clause in clauses if not clause.question]
        return [self._read(clause, statements, repairs) for clause in questions]

    def asks(self, text: str) -> bool:
        """Whether a message is put as a question."""
        words = words_of(text, self.index.contractions)
        return "?" in text or bool(words and words[0] in self.index.openers)

    def mask_phrase(self, phrase: str) -> str:
        """A training phrase as the router sees messages: names masked, words repaired."""
        tokens, _ = self._tokens(clean(phrase))
        return " ".join(token.word for token in masked(find(self.index, tokens)))

    def masked_words(self, text: str) -> list[str]:
        """The words of a whole message with names and signs as slots, fillers dropped."""
        return [token.word for token in masked(self._found(text))]

    def names_in(self, text: str) -> tuple[str, ...]:
        """The ids of the concepts that a text names, sorted."""
        tokens, _ = self._tokens(clean(text))
        spots = self.index.spotter.spot(tokens)
        return tuple(sorted({spot.owner for spot in spots if spot.kind == "concept"}))

    def signals_of(self, text: str, wording: float | None = None) -> tuple[float, ...]:
        """The scope signals of a whole message (see `judging.scope_signals`)."""
        found = self._found(text)
        return scope_signals(self.index, found, clearest_route(self.index, found), wording)

    def _found(self, text: str) -> Found:
        tokens, _ = self._tokens(clean(text))
        return find(self.index, self._without_fillers(tokens))

    def _tokens(self, cleaned: str) -> tuple[list[Token], list[tuple[str, str]]]:
        """The tokens, their spelling repaired, and what was repaired."""
        typed = tokenise(cleaned, self.index.contractions)[-MAX_TOKENS:]
        mended = mend(typed, self.index.repairer, lambda: self.index.company, NAME_WEIGHT)
        tokens = [token for part in mended for token in part.tokens]
        return tokens, [(part.typed, part.meant) for part in mended if part.meant != part.typed]

    def _read(
        self,
        clause: Clause,
        statements: Sequence[Clause],
        repairs: Sequence[tuple[str, str]],
    ) -> Reading:
        index = self.index
        correction, shift, tokens = self._openings(clause.tokens)
        found = find(index, tokens)
        route = clearest_route(index, found)
        inside = index.scope.chance(scope_signals(index, found, route))
        shown, said, told = masked(found), found.tokens, found.tokens
        around = [find(index, statement.tokens) for statement in statements]
        if statements:
            everything = find(index, self._together(clause, statements))
            told = everything.tokens
            whole = clearest_route(index, everything)
            chance = index.scope.chance(scope_signals(index, everything, whole))
            inside = max(inside, chance)
            if whole.confidence > route.confidence:
                route, shown, said = whole, masked(everything), everything.tokens
        words = tuple(token.word for token in tokens)
        return Reading(
            words=tuple(token.word for token in shown),
            stems=tuple(token.stem for token in shown),
            content=found.content,
            proper=index.proper.intersection(token.stem for token in tokens),
            concepts=_concepts(found, around),
            hints=tuple(part.hint(match) for part in (found, *around) for match in part.hints),
            tasks=_tasks(found, around),
            labels=labels_of(index, route, said, shown, MOST_LABELS, named=bool(found.named)),
            similarity=route.similarity,
            inside=inside,
            meant=Meant() if found.named else meant(index, told),
            foreign=tuple(token.word for token in found.foreign),
            astray=found.astray,
            subject=found.subjects[0] if found.subjects else None,
            shift=shift,
            correction=correction,
            back=any(word in index.points_back for word in words),
            back_both=any(_contains(words, both) for both in index.points_back_to_both),
            opposite=any(_contains(words, way) for way in index.opposites),
            bare=_is_bare(index, shown),
            names=tuple({spot.name: None for spot in found.of("concept")}),
            named=found.named,
            repairs=tuple(repairs),
        )

    def _together(self, clause: Clause, statements: Sequence[Clause]) -> list[Token]:
        """The tokens of a question and of the statements around it, in order."""
        tokens = [token for part in (*statements, clause) for token in part.tokens]
        return self._without_fillers(sorted(tokens, key=lambda token: token.start))

    def _openings(self, tokens: Sequence[Token]) -> tuple[bool, bool, list[Token]]:
        """Whether it opens with a correction or a shift, and the tokens without such openings."""
        kept = self._without_fillers(tokens)
        correction, kept = self._opening(kept, self.index.corrections)
        if correction:
            kept = self._without_fillers(kept)
            kept = self._opening(kept, self.index.corrections)[1]
        for size in range(min(LONGEST_FILLER, len(kept) - 1), 0, -1):
            if tuple(token.word for token in kept[-size:]) in self.index.corrections:
                correction, kept = True, kept[:-size]
                break
        shift, kept = self._opening(kept, self.index.shifts)
        corrected = self._without_the_denied(kept)
        return correction or len(corrected) < len(kept), shift, corrected

    def _from_correction(self, clauses: list[Clause]) -> list[Clause]:
        """Only what follows "sorry, wrong word": what was corrected no longer counts."""
        for position, clause in enumerate(clauses[:-1]):
            tokens = self._without_fillers(clause.tokens)
            if tuple(token.word for token in tokens) in self.index.corrections:
                rest = clauses[position:]
                words = tuple(token for part in rest for token in part.tokens)
                return [Clause(words, any(part.question for part in rest[1:]))]
        return clauses

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

    def _without_the_denied(self, tokens: list[Token]) -> list[Token]:
        """The tokens less what is denied: "not offshoring but reshoring" is about reshoring."""
        if not tokens or tokens[0].word != NOT:
            return tokens
        spots = [spot for spot in self.index.spotter.spot(tokens) if spot.kind == "concept"]
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


def _is_bare(index: Understanding, shown: Sequence[Token]) -> bool:
    """Whether there is nothing but names, and words such as "of" and "the" around them."""
    slots = [token for token in shown if token.word in (CONCEPT_SLOT, TASK_SLOT)]
    others = (token for token in shown if token.word not in (CONCEPT_SLOT, TASK_SLOT))
    return bool(slots) and all(token.word in index.empty_words for token in others)


def _concepts(found: Found, around: Sequence[Found]) -> tuple[Mention, ...]:
    """The concepts of a question, or those that the statements around it lend."""
    for part in (found, *around):
        mentions = part.mentions("concept")
        if part.sign is not None and all(mention.loose for mention in mentions):
            return (part.hint(part.sign),)
        if mentions:
            return mentions
    return ()


def _tasks(found: Found, around: Sequence[Found]) -> tuple[Mention, ...]:
    """The pieces of work of a question, or those that the statements around it lend."""
    every = (part.mentions("task") for part in (found, *around))
    return next((mentions for mentions in every if mentions), ())


def _contains(words: Sequence[str], part: Sequence[str]) -> bool:
    size = len(part)
    return any(tuple(words[i : i + size]) == tuple(part) for i in range(len(words) - size + 1))
