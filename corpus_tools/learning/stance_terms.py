"""Terms of a stance candidate: what stands on the way between holder, cue and target.

As in `corpus_tools.learning.terms`, a term is a name and the positions of the words that made it. The names
generalise on purpose: words become cue polarities, mentions become entities and kinds, and the way through the tree
becomes relations.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.actors import load_actors
from corpus_tools.language.attribution.predicates import find_predicates
from corpus_tools.language.attribution.speakers import find_speaker
from corpus_tools.language.cues import Cue, load_lexicon
from corpus_tools.language.mentions import Mention
from corpus_tools.language.sentences import Sentence
from corpus_tools.learning.terms import Term

_SIGN = {-1: "against", 0: "aside", 1: "for"}
_WINDOW = 5


def stance_terms(
    sentence: Sentence,
    holder: Mention | None,
    target: Mention | None,
    codebook: Codebook | None = None,
    language: str = "en",
) -> Iterator[Term]:
    """Yield the terms of one candidate."""
    heads = {"H": _head(sentence, holder), "T": _head(sentence, target)}
    cues = find_cue_predicates(sentence, language)
    for slot, mention in (("H", holder), ("T", target)):
        make = partial(_list_slot_terms, sentence, slot, mention, heads[slot], codebook)
        yield from sentence.remember(("slot", slot, mention, codebook), make)
    yield from _path_terms(sentence, heads["H"], heads["T"], cues)
    yield from _cue_terms(sentence, heads, cues)
    yield from _voice_terms(sentence, holder, target, heads, codebook, language)
    yield from sentence.remember(("whole", language), lambda: list(_whole_terms(cues)))


def _whole_terms(cues: dict[int, tuple[Cue, int]]) -> Iterator[Term]:
    """What every candidate of the sentence shares: the balance of its cues."""
    for i, (cue, polarity) in cues.items():
        yield f"C:any-{_SIGN[polarity]}", (i,)
        yield f"C:any-{cue.expression}", (i,)


def find_cue_predicates(sentence: Sentence, language: str = "en") -> dict[int, tuple[Cue, int]]:
    """Return the cue predicates of a sentence by position, each with its polarity after negation."""
    return sentence.remember(("cues", language), lambda: _find_cue_predicates(sentence, language))


def _find_cue_predicates(sentence: Sentence, language: str) -> dict[int, tuple[Cue, int]]:
    return {p.head: (p.cue, p.polarity) for p in find_predicates(sentence, load_lexicon(language))}


def _head(sentence: Sentence, mention: Mention | None) -> int | None:
    if mention is None or mention.start is None:
        return None
    return sentence.head_of(sentence.words_in(mention.start, mention.end or mention.start))


def _list_slot_terms(*arguments: Any) -> list[Term]:
    return list(_slot_terms(*arguments))


def _slot_terms(
    sentence: Sentence, slot: str, mention: Mention | None, head: int | None, codebook: Codebook | None
) -> Iterator[Term]:
    if mention is None:
        return
    if mention.implicit:
        yield f"{slot}=implicit-{mention.implicit}", ()
    if mention.entity:
        entity = codebook.entities.get(mention.entity) if codebook is not None else None
        yield f"{slot}=@{mention.entity}", (head,) if head is not None else ()
        yield f"{slot}=kind-{entity.kind if entity else 'topic'}", ()
    if head is not None:
        yield f"{slot}={sentence.lemma[head].lower()}", (head,)
        yield f"{slot}:{sentence.deprel[head]}", (head,)
        yield f"{slot}:tag-{sentence.upos[head]}", (head,)
        governor = sentence.head[head] - 1
        if governor >= 0:
            yield f"{slot}<{sentence.deprel[head]}<{sentence.lemma[governor].lower()}", (governor, head)
        if not mention.entity:
            yield f"{slot}=plain", ()


def _path_terms(
    sentence: Sentence, holder: int | None, target: int | None, cues: dict[int, tuple[Cue, int]]
) -> Iterator[Term]:
    if holder is None or target is None:
        return
    up, down = find_path(sentence, holder, target)
    relations = (
        ">".join(sentence.deprel[i].split(":")[0] for i in (holder, *up[:-1]))
        + "^"
        + "<".join(sentence.deprel[i].split(":")[0] for i in (target, *down[:-1]))
    )
    yield f"P:{relations}", ()
    below_holder = (holder, *up)[-2] if up else holder
    below_target = (target, *down)[-2] if down else target
    top = up[-1] if up else holder
    yield f"P:{sentence.deprel[below_holder]}^{sentence.deprel[below_target]}", ()
    yield f"P:top-{sentence.upos[top]}-{sentence.lemma[top].lower()}", (top,)
    yield f"P:length-{min(len(up) + len(down), 9)}", ()
    yield f"P:{'before' if holder < target else 'after'}", ()
    yield f"P:distance-{min(abs(holder - target) // 4, 6)}", ()
    for i in {*up, *down}:
        yield f"P:{sentence.lemma[i].lower()}", (i,)
        if i in cues:
            yield f"P:{_SIGN[cues[i][1]]}", (i,)
            yield f"P:{cues[i][0].expression}-{_SIGN[cues[i][1]]}", (i,)
    if not any(i in cues for i in (*up, *down)):
        yield "P:no-cue", ()


def find_path(sentence: Sentence, holder: int, target: int) -> tuple[list[int], list[int]]:
    """Return the positions from each head up to and including the lowest common ancestor."""
    from_holder, from_target = [holder, *sentence.ancestors(holder)], [target, *sentence.ancestors(target)]
    shared = next((i for i in from_holder if i in from_target), None)
    if shared is None:
        return from_holder, from_target
    return from_holder[1 : from_holder.index(shared) + 1], from_target[1 : from_target.index(shared) + 1]


def _voice_terms(
    sentence: Sentence,
    holder: Mention | None,
    target: Mention | None,
    heads: dict[str, int | None],
    codebook: Codebook | None,
    language: str,
) -> Iterator[Term]:
    """Whether the holder is whoever says what is said of the target, and the side that speakers usually take on it."""
    head = heads["T"]
    if holder is None or target is None or head is None:
        return
    speaker = sentence.remember(
        ("speaker", head, language), lambda: find_speaker(sentence, head, load_lexicon(language))
    )
    if holder.implicit:
        voice = f"{holder.implicit}-{'nobody' if speaker is None else 'somebody'}-speaks"
    else:
        voice = "none" if speaker is None else "speaks" if speaker == heads["H"] else "other"
    side = load_actors(codebook, language).common.usual.get(target.entity or "", 0)
    yield f"V:{voice}", ()
    yield f"V:usual-{_SIGN[side]}" if side else "V:usual-none", ()
    yield f"V:{voice}-{_SIGN[side] if side else 'none'}", ()


def _cue_terms(sentence: Sentence, heads: dict[str, int | None], cues: dict[int, tuple[Cue, int]]) -> Iterator[Term]:
    """Cues that govern a slot, in the relation the lexicon expects or in another."""
    governing: dict[str, tuple[int, str]] = {}
    for slot, head in heads.items():
        if head is None:
            continue
        found = _governing_cue(sentence, slot, head, cues)
        if found is None:
            yield f"C:{slot}-none", ()
            continue
        i, fit, distance = found
        governing[slot] = (i, fit)
        yield f"C:{slot}-{_SIGN[cues[i][1]]}-{fit}", (i,)
        yield f"C:{slot}-{min(distance, 2)}-{_SIGN[cues[i][1]]}", (i,)
    if "T" in governing:
        i, fit = governing["T"]
        other = governing.get("H")
        shared = f"shared-{other[1]}" if other is not None and other[0] == i else "own" if other is None else "other"
        yield f"C:both-{shared}-{fit}-{_SIGN[cues[i][1]]}", (i,)
        yield f"C:both-{shared}-{fit}-{cues[i][0].expression}", (i,)


def _governing_cue(
    sentence: Sentence, slot: str, head: int, cues: dict[int, tuple[Cue, int]]
) -> tuple[int, str, int] | None:
    """Return the nearest cue above a slot's head: position, whether the relation is an expected one, and distance."""
    if slot == "H":  # "governments, who fear …": the holder is the antecedent of the cue's subject
        for i in sentence.children[head]:
            if i in cues and sentence.deprel[i] == "acl:relcl" and _has_relative_subject(sentence, i):
                return i, "fits", 0
    below = head
    for distance, i in enumerate(sentence.ancestors(head)[:4]):
        if i in cues:
            expected = cues[i][0].holder if slot == "H" else cues[i][0].target
            return i, "fits" if sentence.deprel[below] in expected else "other", distance
        below = i
    return None


def _has_relative_subject(sentence: Sentence, predicate: int) -> bool:
    below = sentence.children[predicate]
    return any(sentence.upos[i] == "PRON" and sentence.deprel[i] in ("nsubj", "nsubj:pass") for i in below)


def lemma_window_terms(sentence: Sentence, target: Mention | None) -> Iterator[Term]:
    """Yield the lemmas around the target, each by itself and with its side."""
    if target is None or target.start is None:
        return
    inside = sentence.words_in(target.start, target.end or target.start)
    if not inside:
        return
    first, last = inside[0], inside[-1]
    for i in range(max(0, first - _WINDOW), min(len(sentence), last + 1 + _WINDOW)):
        if i not in inside and sentence.upos[i] != "PUNCT":
            yield f"W:{sentence.lemma[i].lower()}", (i,)
            yield f"W:{'left' if i < first else 'right'}-{sentence.lemma[i].lower()}", (i,)
