"""Reading a sentence: cues, arguments and fillers put together, each stance followed to where it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from corpus_tools.language.attribution.arguments import fill, is_passive
from corpus_tools.language.attribution.fillers import Scene, list_target, read_holders, read_target
from corpus_tools.language.attribution.holders import Holders, find_holders
from corpus_tools.language.attribution.judgements import (
    find_conditions,
    find_duties,
    find_exclusions,
    find_judgements,
    find_receptions,
)
from corpus_tools.language.attribution.phrases import clause, is_clause, markers
from corpus_tools.language.attribution.predicates import Predicate, find_predicates
from corpus_tools.language.attribution.reports import find_joiners, find_reports
from corpus_tools.language.attribution.speakers import higher_subjects, noun_before, own_subject
from corpus_tools.language.attribution.targets import Target, find_targets
from corpus_tools.language.attribution.triples import Attribution
from corpus_tools.language.common_nouns import PEOPLE
from corpus_tools.language.cues import Cue, Role
from corpus_tools.language.mentions import Mention
from corpus_tools.language.sentences import Sentence

_VALUES = {-1: "oppose", 0: "neutral", 1: "support"}
_OPPOSITES = {"oppose": "support", "support": "oppose"}
_OPEN = frozenset({"demand", "concern", "commitment", "threat"})  # what stands in their clauses has not happened
_GROUNDS = frozenset({"of", "for", "over"})
_JOINED = frozenset({"conj", "parataxis", "advcl", "acl"})
_SHORTEST = 4  # words of a clause that says something by itself

Targets = dict[int, list[Target]]


def read_scene(scene: Scene) -> Iterator[Attribution]:
    """Yield the attributions of a sentence, in no order, some of them twice."""
    sentence, lexicon = scene.sentence, scene.lexicon
    predicates = {p.head: p for p in find_predicates(sentence, lexicon)}
    targets = {head: find_targets(sentence, p, lexicon) for head, p in predicates.items()}
    _share_targets(scene, predicates, targets)
    hidden = _list_hidden(scene, predicates, targets)
    for judgement, holders, head, value in (*find_judgements(sentence, lexicon), *find_receptions(sentence, lexicon)):
        hidden.update(judgement.words)
        yield from _emit(scene, judgement, holders, Target(head), value)
    for duty in find_duties(sentence, lexicon):
        if duty.head not in hidden and scene.names.is_issue(sentence, clause(sentence, duty.head)):
            hidden.update(clause(sentence, duty.head))
            yield from _emit(
                scene, duty, find_holders(sentence, duty, lexicon), Target(duty.head), _VALUES[duty.polarity]
            )
    for exclusion, subject in find_exclusions(sentence, lexicon):
        holders = find_holders(sentence, exclusion, lexicon)
        yield from _emit(scene, exclusion, holders, Target(subject), _VALUES[exclusion.polarity])
    for head, p in predicates.items():
        for target in targets[head] if head not in hidden else ():
            yield from _follow(scene, p, target, predicates, targets)
        for condition in find_conditions(sentence, p, lexicon) if head not in hidden else ():
            yield from _emit(scene, condition, find_holders(sentence, p, lexicon), Target(condition.head), "support")


def read_reports(scene: Scene, found: Collection[Attribution]) -> Iterator[Attribution]:
    """Yield what speakers are reported to say of issues, those of whom `found` has nothing."""
    for verb, holders, head, side in find_reports(scene, {a.holder_head for a in found}):
        cue = Cue(scene.sentence.lemma[verb].lower(), "VERB", side, "evaluation", (), (), 1)
        yield from _emit(scene, Predicate(verb, (verb,), cue, False, "fact"), holders, Target(head), _VALUES[side])


def _share_targets(scene: Scene, predicates: dict[int, Predicate], targets: Targets) -> None:
    """Let "the army refused" refuse what stands with the cue before: "rebels signed the accord; the army refused"."""
    last: list[Target] = []
    for head in sorted(predicates):
        answers = predicates[head].cue.lemma in scene.lexicon.sets["answering"] and not targets[head]
        if answers and own_subject(scene.sentence, head) is not None:
            targets[head] = last
        last = targets[head] or last


def _list_hidden(scene: Scene, predicates: dict[int, Predicate], targets: Targets) -> set[int]:
    """Positions of cues that are not told of as such: what is demanded or feared, and whose calls are rejected."""
    sentence = scene.sentence
    hidden: set[int] = set()
    for head, p in predicates.items():
        for target in targets[head]:
            if p.cue.expression in _OPEN and (target.words or is_clause(sentence, target.head)):
                hidden.update(target.words or clause(sentence, target.head))
            inner = predicates.get(target.head)
            if p.cue.lemma in scene.lexicon.sets["accusing"] or p.cue.expression == "evaluation":
                hidden.update(_list_grounds(sentence, p.head))
            if inner is not None and inner.cue.upos == "NOUN" and targets[inner.head]:
                if find_holders(sentence, inner, scene.lexicon).implicit:
                    hidden.add(inner.head)
    return hidden


def _list_grounds(sentence: Sentence, verb: int) -> Iterator[int]:
    """Positions of what somebody is accused of, praised or blamed for."""
    for i in sentence.children[verb]:
        if sentence.deprel[i] in ("obl", "advcl") and is_clause(sentence, i) and markers(sentence, i) & _GROUNDS:
            yield from clause(sentence, i)


def _follow(
    scene: Scene, p: Predicate, target: Target, predicates: dict[int, Predicate], targets: Targets
) -> Iterator[Attribution]:
    """Read a target that is a cue itself through to its own: "threatened to expel X", "rejected calls for X"."""
    sentence = scene.sentence
    holders = find_holders(sentence, p, scene.lexicon)
    inner = predicates.get(target.head)
    if inner is not None and inner is not p and targets[inner.head]:
        if p.cue.holder == ("speaker",) and inner.cue.upos == "NOUN":
            return  # "support is strong" judges nothing
        controlled = sentence.deprel[inner.head] == "xcomp" and not fill(sentence, p.head, Role("obj"))
        controlled = controlled or (inner.cue.holder == ("speaker",) and is_clause(sentence, inner.head))
        undone = inner.polarity < 0 and sentence.deprel[inner.head] == "ccomp" and is_passive(sentence, inner.head)
        if controlled and p.cue.expression == "demand" and not _names_party(scene, targets[inner.head]):
            yield from _emit(scene, p, holders, target, "support")  # what is demanded is wanted as it stands
            return
        if controlled or undone or (inner.cue.upos == "NOUN" and p.cue.polarity):
            sign = inner.polarity if controlled else inner.polarity * p.polarity
            for deeper in targets[inner.head]:
                yield from _emit(scene, p, holders, deeper, _VALUES[sign])
            return
    yield from _emit(scene, p, holders, target, _VALUES[p.polarity])


def _names_party(scene: Scene, targets: list[Target]) -> bool:
    """Whether one of the targets is somebody, or an issue that is not usually wanted; any may be without a codebook."""
    names = scene.names
    if not names.entities:
        return True
    found = [read_target(scene, list_target(scene.sentence, t, Holders()))[0].entity for t in targets]
    return any(e is not None and (names.kind(e) in PEOPLE or names.common.usual.get(e) != 1) for e in found)


def _emit(scene: Scene, p: Predicate, holders: Holders, target: Target, value: str) -> Iterator[Attribution]:
    sentence = scene.sentence
    words = list_target(sentence, target, holders)
    what, sign = read_target(scene, words)
    if p.cue.expression == "demand" and value == "support" and is_clause(sentence, target.head):
        what = _name_remedy(scene, what)
    if _says_nothing(scene, p, what, target.head):
        return
    if p.negated and p.cue.needs and not p.polarity:
        return  # who denies a deed takes no side by it
    if p.cue.needs and scene.names.kind(what.entity) not in p.cue.needs and not _is_free(scene, p):
        return
    if p.cue.toward_issue is not None and scene.names.kind(what.entity) in ("issue", "event"):
        value = _VALUES[-p.cue.toward_issue if p.negated else p.cue.toward_issue]
    if sign * target.sign < 0:
        value = _OPPOSITES.get(value, value)
    if holders.heads and sentence.upos[p.head] == "VERB":
        holders = Holders((*holders.heads, *find_joiners(sentence, p.head, scene.lexicon)))
    for head, who in list(read_holders(scene, holders, set(words))) or _read_misread(scene, p, holders, set(words)):
        if who.entity is not None and scene.names.kind(who.entity) in ("issue", "event"):
            continue
        if who.overlaps(what) or (who.entity is not None and who.entity == what.entity):
            continue
        start, end = sentence.starts[p.words[0]], sentence.ends[p.words[-1]]
        yield Attribution(
            sentence.index,
            sentence.start,
            sentence.end,
            value,
            p.cue.expression,
            p.factuality,
            who,
            what,
            start,
            end,
            scene.text[start:end],
            p.cue.strength,
            head,
            target.head,
            p.head,
        )


def _name_remedy(scene: Scene, what: Mention) -> Mention:
    """Name what a demanded clause is about where no issue stands in it: the remedy that the article speaks of most."""
    if scene.names.kind(what.entity) in ("issue", "event"):
        return what
    return replace(what, entity=scene.names.find_remedy(scene.around) or what.entity)


def _read_misread(scene: Scene, p: Predicate, holders: Holders, target: set[int]) -> Iterator[tuple[int, Mention]]:
    """Yield the holder where the tree gives none that takes sides: the subject above, or the noun right before."""
    sentence = scene.sentence
    if holders.implicit is not None or sentence.upos[p.head] != "VERB" or "nsubj" not in p.cue.holder:
        return
    own = own_subject(sentence, p.head)
    if (holders.heads and sentence.deprel[p.head] not in _JOINED) or (own is not None and sentence.upos[own] == "PRON"):
        return
    before = None if holders.heads else noun_before(sentence, p.head)
    for i in higher_subjects(sentence, p.head) if before is None else [before]:
        if i not in target and scene.names.can_hold(sentence, i) and sentence.upos[i] in ("NOUN", "PROPN"):
            yield from read_holders(scene, Holders((i,)), target)
            return


def _is_free(scene: Scene, p: Predicate) -> bool:
    """Whether a cue may do without the entity that it needs: without a codebook nothing has one."""
    return not scene.names.entities and p.cue.strength > 1


def _says_nothing(scene: Scene, p: Predicate, what: Mention, head: int) -> bool:
    """Whether the target is but the holder's own doing ("hoped to arrive") on no issue, or a mere "it will"."""
    sentence = scene.sentence
    if not is_clause(sentence, head) or scene.names.kind(what.entity) in ("issue", "event"):
        return False
    subject = next((i for i in sentence.children[head] if sentence.deprel[i].startswith("nsubj")), None)
    if subject is not None:
        return sentence.upos[subject] == "PRON" and what.entity is None and len(clause(sentence, head)) < _SHORTEST
    return sentence.deprel[head] == "xcomp" and not any(
        sentence.deprel[i] in ("obj", "iobj", "nsubj:pass", "obl") for i in sentence.children[p.head]
    )
