"""Near-duplicates against brute force."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pytest

from corpus_tools.text import Article, Corpus, InputError
from corpus_tools.text.duplicates import cut_shingles, measure_jaccard


def make_versions(texts: int, versions: int) -> Corpus:
    """Texts of 200 words, each with versions in which ever more words are replaced."""
    rng = random.Random(7)
    vocabulary = [f"word{number}" for number in range(500)]
    articles = []
    for text in range(texts):
        words = rng.choices(vocabulary, k=200)
        for version in range(versions):
            changed = list(words)
            for place in rng.sample(range(200), k=2 * version):
                changed[place] = "changed"
            articles.append(Article(f"t{text}v{version}", " ".join(changed)))
    return Corpus.of(articles)


def compare_all(corpus: Corpus, threshold: float, shingle: int) -> set[tuple[str, str]]:
    sets = {article.id: cut_shingles(article.text, shingle) for article in corpus}
    pairs = itertools.combinations(sets, 2)
    return {(a, b) for a, b in pairs if measure_jaccard(sets[a], sets[b]) >= threshold}


@pytest.mark.parametrize(("threshold", "shingle"), [(0.8, 5), (0.5, 5), (0.9, 1), (1.0, 3)])
def test_the_pairs_are_those_of_brute_force(threshold: float, shingle: int) -> None:
    corpus = make_versions(texts=12, versions=6)
    found = corpus.near_duplicates(threshold=threshold, shingle=shingle)
    expected = compare_all(corpus, threshold, shingle)
    assert set(zip(found["a"], found["b"], strict=True)) == expected
    assert found["similarity"].is_monotonic_decreasing and found["similarity"].between(threshold, 1).all()
    pd.testing.assert_frame_equal(found, corpus.near_duplicates(threshold=threshold, shingle=shingle))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("One two three.", "ONE, two; three", [1.0]),  # case and punctuation do not count
        ("a b c d e f", "a b c d e g", []),
        ("a b c d e f g h i j", "a b c d e f g h i k", [5 / 7]),
        ("short", "short", [1.0]),
        ("short", "other", []),
        ("?!", "?!", []),  # no word: nothing to compare
    ],
)
def test_similarity(a: str, b: str, expected: list[float]) -> None:
    found = Corpus.of([Article("a", a), Article("b", b)]).near_duplicates(threshold=0.7)
    assert list(found["similarity"]) == pytest.approx(expected)
    assert list(found.columns) == ["a", "b", "similarity"]
    assert [kind.kind for kind in found.dtypes[2:]] == ["f"]


@pytest.mark.parametrize("options", [{"threshold": 0}, {"threshold": 1.1}, {"shingle": 0}, {"shingle": 2.5}])
def test_wrong_arguments_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(InputError, match="must be"):
        Corpus.of([]).near_duplicates(**options)  # type: ignore[arg-type]
