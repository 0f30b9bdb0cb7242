"""Attribution on real news without a codebook: stances read toward a person beside the coded polarity.

    python benchmarks/attribution_newsmtsc.py --data DIR [--most 1800] [--cache DIR]

Reads a sample of the training part of NewsMTSC (never its test parts), where spans of sentences are coded as spoken of
well, badly or neither. Where the rules read a stance whose target is the span, support should be `positive` and
opposition `negative`. Most polarity in news is no attributed stance, so that few spans are covered: the figure to read
is the agreement where the rules speak.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path

import corpus_tools as ct
from corpus_tools.language.attribution import Attribution, attribute_article
from corpus_tools.language.sentences import read_sentences

LONGEST = 600  # characters; longer "sentences" of the file are lists and pages
EXPECTED = {"support": "positive", "oppose": "negative"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.jsonl")
    parser.add_argument("--most", type=int, default=1800, help="sentences")
    parser.add_argument("--cache", default=".corpus_tools")
    options = parser.parse_args()
    lines = (options.data / "train.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if len(row["sentence_normalized"]) < LONGEST]
    random.Random(1).shuffle(rows)
    articles = [ct.Article(f"m{i}", row["sentence_normalized"]) for i, row in enumerate(rows[: options.most])]
    parses = ct.parse(articles, cache=options.cache)
    counts: Counter[tuple[str, str, str]] = Counter()
    for article, row in zip(articles, rows, strict=False):
        found = attribute_article(read_sentences(parses[article.id]), article.text, anything=True)
        for target in row["targets"]:
            for match, value in read_values(found, target["from"], target["to"]).items():
                counts[match, EXPECTED.get(value, value), name_polarity(target["polarity"])] += 1
    for match in ("the span itself", "words that overlap it"):
        report(match, {(read, coded): n for (m, read, coded), n in counts.items() if m == match})


def read_values(found: list[Attribution], start: int, end: int) -> dict[str, str]:
    """Return the first value read toward a span: toward words that end with it, and toward any that overlap it."""
    near = [a for a in found if a.target.start is not None and a.target.start < end and start < (a.target.end or 0)]
    exact = [a for a in near if abs((a.target.end or 0) - end) <= 2 and (a.target.end or 0) - a.target.start < 60]  # type: ignore[operator]
    lists = {"the span itself": exact, "words that overlap it": near}
    return {match: hits[0].value for match, hits in lists.items() if hits}


def name_polarity(polarity: float) -> str:
    return "negative" if polarity < 3.5 else "positive" if polarity > 4.5 else "neutral"


def report(match: str, counts: dict[tuple[str, str], int]) -> None:
    polar = {pair: n for pair, n in counts.items() if pair[0] in EXPECTED.values()}
    agree, total = sum(n for (read, coded), n in polar.items() if read == coded), sum(polar.values())
    opposite = sum(n for (read, coded), n in polar.items() if coded not in (read, "neutral"))
    print(f"{match}: {total} stances read, {agree / total:.2f} agree, {opposite / total:.2f} are opposite")
    for pair, n in sorted(polar.items()):
        print(f"  read {pair[0]:9s} coded {pair[1]:9s} {n:4d}")


if __name__ == "__main__":
    main()
