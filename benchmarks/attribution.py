"""Attribution on the demo corpus: F1 against the adjudicated triples, beside the agreement of the two coders.

    python benchmarks/attribution.py [--part developed|aside|seed] [--cache DIR] [--errors 20]

The rules were developed on the articles whose id hashes to 1 or 2 modulo 3 (`developed`). The others (`aside`) were
never read for it, nor were their errors; their figures are the ones to believe. (The hash left 30 articles aside and 31
to develop on.) They were scored three times, each time after a round of development: triple F1 0.12 [0.07, 0.18] when
`developed` had 0.33 [0.25, 0.41]; 0.17 [0.11, 0.23] with 0.42 [0.34, 0.50]; and 0.18 [0.12, 0.25] with 0.45 [0.37,
0.54], the present rules but for one correction that left `developed` as it was and took 3 of 114 readings from `aside`,
which was not scored again. In the last round the text of 8 developed articles was not read; what was added moved
neither their score (0.36 before and after) nor that of `aside` beyond chance: the rules fit what they were made on.
Score `aside` with `--errors 0`, so that no error of it is read. More in docs/attribution.md.
The seed article was first scored unread (triple F1 0.43); the faults of grammar that it showed were then corrected, so
that its present figure is not a held-out one.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import Counter
from pathlib import Path

import corpus_tools as ct
from corpus_tools.evaluation.attribution_evaluation import (
    Triple,
    list_errors,
    score_triples,
    triples_of_annotations,
    triples_of_table,
)
from corpus_tools.language.attribution import attribute, attribute_article
from corpus_tools.language.mentions import Mention

ROOT = Path(__file__).resolve().parent.parent
SEED = "niger-2023-11-15"
VERSION = "1.1"
"""The coders' agreement is taken from the articles coded under the codebook's last version."""


def part_of(article: str) -> str:
    if article == SEED:
        return "seed"
    return "aside" if int(hashlib.sha256(article.encode()).hexdigest(), 16) % 3 == 0 else "developed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("developed", "aside", "seed"))
    parser.add_argument("--cache", default=".corpus_tools")
    parser.add_argument("--errors", type=int, default=20, help="how many of the commonest errors to print")
    options = parser.parse_args()
    corpus = ct.Corpus.read(ROOT / "seeds")
    book = ct.Codebook.read(ROOT / "annotations" / "codebook.toml")
    store = ct.AnnotationStore(ROOT / "annotations", corpus=corpus, codebook=book)
    parses = ct.parse(corpus, cache=options.cache)
    attribute_article([], "", book)  # load the lexicon before any clock starts
    for part in (options.part,) if options.part else ("developed", "aside", "seed"):
        report(part, [a.id for a in corpus if part_of(a.id) == part], parses, book, store, options.errors)


def report(
    part: str, articles: list[str], parses: ct.Parses, book: ct.Codebook, store: ct.AnnotationStore, most: int
) -> None:
    read = [parses[article] for article in articles]
    for parse in read:
        parse.tokens  # noqa: B018 - read from the cache before the clock starts
    start = time.perf_counter()
    found = triples_of_table(attribute(read, book))
    seconds = time.perf_counter() - start
    gold = triples_of_annotations(store.gold().items, parses, articles)
    print(f"\n== {part}: {len(articles)} articles, {1000 * seconds / len(articles):.1f} ms an article")
    scores = score_triples(found, gold, articles)
    print(scores.round(3).to_string(index=False))
    coders = score_coders(articles, parses, store)
    if coders is not None:
        print("-- coder_b against coder_a, codebook " + VERSION)
        print(coders.round(3).to_string(index=False))
    print(f"-- the {most} commonest errors: kind, holder, value, target (found > coded), how often")
    for (kind, what), count in Counter(map(describe, list_errors(found, gold))).most_common(most):
        print(f"{count:3d}  {kind:12s} {what}")


def score_coders(articles: list[str], parses: ct.Parses, store: ct.AnnotationStore):  # type: ignore[no-untyped-def]
    one, other = ([a for a in store.annotations(c) if a.codebook == VERSION] for c in ("coder_a", "coder_b"))
    both = sorted({a.article for a in one} & {a.article for a in other} & set(articles))
    if not both:
        return None
    a, b = triples_of_annotations(one, parses, both), triples_of_annotations(other, parses, both)
    return score_triples(b, a, both)


def describe(error: tuple[str, Triple | None, Triple | None]) -> tuple[str, str]:
    """Name an error by its slots, so that equal ones can be counted."""
    kind, found, gold = error
    if found is None or gold is None:
        one = found or gold
        assert one is not None
        return kind, f"{name(one.holder)} {one.value} {name(one.target)}"
    slot = kind.split()[-1]
    pair = {
        "holder": (name(found.holder), name(gold.holder)),
        "target": (name(found.target), name(gold.target)),
        "value": (found.value, gold.value),
    }[slot]
    return kind, f"{pair[0]} > {pair[1]}"


def name(slot: Mention) -> str:
    return slot.entity or (f"<{slot.implicit}>" if slot.implicit else "(no entity)")


if __name__ == "__main__":
    main()
