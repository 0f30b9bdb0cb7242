"""Public benchmarks: official scorers by worked examples, torn files refused, splits with known duplicates."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest
from click.testing import CliRunner
from sklearn.metrics import f1_score

from corpus_tools.cli.benchmark import benchmark as command
from corpus_tools.evaluation.benchmarks import gvfc, newsmtsc, semeval2016
from corpus_tools.evaluation.benchmarks.dataset import Part
from corpus_tools.evaluation.benchmarks.files import check_files
from corpus_tools.evaluation.benchmarks.running import BENCHMARKS, clean_train, run_benchmark
from corpus_tools.evaluation.benchmarks.scores import accuracy, favor_against_f1, mean_f1
from corpus_tools.text.errors import InputError, InputWarning

FOLDERS = {"newsmtsc": "newsmtsc", "semeval2016": "semeval2016_task6a", "gvfc": "gvfc"}


# --- metrics ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("truth", "predicted", "expected"),
    [
        # FAVOR: tp 1, predicted 2, gold 2 -> 1/2; AGAINST: tp 2, predicted 2, gold 3 -> 4/5
        ("FFAAAN", "FNAANF", (0.5 + 0.8) / 2),
        # a correct NONE earns nothing by itself
        ("FAN", "FAN", 1.0),
        ("NNNF", "NNNF", 1.0),
        # everything AGAINST: FAVOR never predicted counts 0
        ("FFAA", "AAAA", (0 + 2 * 2 / (4 + 2)) / 2),
        # a NONE that is called FAVOR costs precision only
        ("FNA", "FFA", (2 / 3 + 1) / 2),
    ],
)  # fmt: skip
def test_semeval_averages_favor_and_against_only(truth, predicted, expected):
    names = {"F": "FAVOR", "A": "AGAINST", "N": "NONE"}
    gold, found = ([names[c] for c in word] for word in (truth, predicted))
    assert favor_against_f1(gold, found) == pytest.approx(100 * expected)


def test_the_organisers_majority_figure_is_reproduced(shared):
    """The paper's baseline says for every topic the majority stance of its training part: 65.22."""
    data = semeval2016.load(shared / "data" / "semeval2016_task6a")
    counts = defaultdict(lambda: defaultdict(int))
    for topic, label in zip(data.train.targets, data.train.labels, strict=True):
        counts[topic][label] += 1
    test = data.tests[""]
    predicted = [max(counts[topic], key=counts[topic].get) for topic in test.targets]
    assert favor_against_f1(test.labels, predicted) == pytest.approx(65.22, abs=0.005)


@pytest.mark.parametrize(
    ("truth", "predicted"), [("aabbcc", "abbbcc"), ("aaab", "aaaa"), ("abcabc", "cabcab"), ("aab", "aac")]
)
def test_macro_f1_is_scikit_learns(truth, predicted):
    assert mean_f1(list(truth), list(predicted)) == pytest.approx(
        100 * f1_score(list(truth), list(predicted), average="macro", zero_division=0)
    )
    assert accuracy(list(truth), list(predicted)) == pytest.approx(
        100 * sum(a == b for a, b in zip(truth, predicted, strict=True)) / len(truth)
    )


def test_a_class_in_neither_is_not_averaged():
    assert favor_against_f1(["FAVOR", "NONE"], ["FAVOR", "NONE"]) == 100.0


@pytest.mark.parametrize(("truth", "predicted"), [([], []), (["a"], ["a", "b"])])
def test_lists_that_cannot_be_compared_are_refused(truth, predicted):
    with pytest.raises(InputError, match="cannot be compared"):
        mean_f1(truth, predicted)


# --- loaders on the real files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "train", "tests", "labels"),
    [
        ("newsmtsc", 8739, {"rw": 1146, "mt": 1476}, {"negative", "neutral", "positive"}),
        ("semeval2016", 2914, {"": 1249}, {"AGAINST", "FAVOR", "NONE"}),
        ("gvfc", 1300, {}, set(gvfc.FRAMES.values())),
    ],
)
def test_the_official_split_is_read_whole(shared, name, train, tests, labels):
    data = BENCHMARKS[name].load(shared / "data" / FOLDERS[name])
    assert len(data.train) == train and {key: len(part) for key, part in data.tests.items()} == tests
    assert set(data.train.labels) == labels
    for part in (data.train, *data.tests.values()):
        assert len(set(part.ids)) == len(part.ids) == len(part.texts) == len(part.labels) == len(part.groups)


def words_of(text):
    without = re.sub(r"#semst|https?://\S+|\brt\b|@\w+", "", text.lower())
    return " ".join(re.findall(r"\w+", without))


@pytest.mark.parametrize("name", ["newsmtsc", "semeval2016"])
def test_the_declared_duplicates_are_those_of_the_files(shared, name):
    data = BENCHMARKS[name].load(shared / "data" / FOLDERS[name])
    known = defaultdict(list)
    for own, text in zip(data.train.ids, data.train.texts, strict=True):
        known[words_of(text)].append(own)
    found = {
        (own, other)
        for part in data.tests.values()
        for other, text in zip(part.ids, part.texts, strict=True)
        if words_of(text)
        for own in known.get(words_of(text), ())
    }
    assert found == set(data.duplicates)
    left = set(clean_train(data).ids)
    assert not left & {own for own, _ in data.duplicates} and len(left) < len(data.train)


def test_headlines_that_occur_twice_share_a_group(shared):
    data = gvfc.load(shared / "data" / "gvfc")
    by_group = defaultdict(list)
    for own, group in zip(data.train.ids, data.train.groups, strict=True):
        by_group[group].append(own)
    assert {tuple(ids) for ids in by_group.values() if len(ids) > 1} == set(data.duplicates)


def test_the_files_at_hand_are_verified(shared, tmp_path):
    for name, benchmark in BENCHMARKS.items():
        table = check_files(shared / "data" / FOLDERS[name], benchmark.files, name)
        assert (table["state"] == "ok").all() and table["published"].str.startswith("https://").all()
    (tmp_path / "train.jsonl").write_text("{}", "utf-8")
    table = check_files(tmp_path, newsmtsc.BENCHMARK.files, "newsmtsc")
    assert table["state"].tolist() == ["differs", "missing", "missing"]


# --- bad files --------------------------------------------------------------------------------------------------------

GOOD = {
    "primary_gid": "a",
    "sentence_normalized": "Anna spoke.",
    "targets": [{"from": 0, "to": 4, "mention": "Anna", "polarity": 4.0}],
}
HEAD = "ID\tTarget\tTweet\tStance\r\n"


def write_news(folder, line):
    for file in newsmtsc.BENCHMARK.files:
        (folder / file.name).write_text(json.dumps(GOOD) + "\n", "utf-8")
    with (folder / "devtest_rw.jsonl").open("a", encoding="utf-8") as out:
        out.write(line)


@pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (json.dumps(GOOD)[:-20], "not a record"),
        ("[]", "not a record"),
        ('{"primary_gid": "a"}', "sentence_normalized"),
        (json.dumps({**GOOD, "targets": [{"from": 0, "to": 99, "polarity": 2.0}]}), "outside a sentence"),
        (json.dumps({**GOOD, "targets": [{"from": 0, "to": 4, "polarity": 3.0}]}), "3"),
    ],
)
def test_a_torn_newsmtsc_is_refused_with_its_line(tmp_path, line, message):
    write_news(tmp_path, line)
    with pytest.raises(InputError, match=message) as caught:
        newsmtsc.load(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'devtest_rw.jsonl'}:2: ")


@pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")
@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("nothing\r\n", 1, "does not begin with the columns"),
        (HEAD + "1\tAtheism\ttext\tFAVOR\r\n2\tAtheism\tte", 3, "3 fields"),
        (HEAD + "1\tAtheism\ttext\tMAYBE\r\n", 2, "none of"),
    ],
)
def test_a_torn_semeval_is_refused_with_its_line(tmp_path, content, line, message):
    for file in semeval2016.BENCHMARK.files:
        (tmp_path / file.name).write_bytes(content.encode("cp1252"))
    with pytest.raises(InputError, match=message) as caught:
        semeval2016.load(tmp_path)
    assert f":{line}: " in str(caught.value)


@pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,headline\n1,x\n", "lacks the columns Q3 Theme1"),
        ("id,headline,Q3 Theme1\n7,x,99\n", "row '7' has theme '99'"),
        ("id,headline,Q3 Theme1\n7,,1\n", "no headline"),
        ("", "lacks the columns"),
    ],
)
def test_a_torn_gvfc_is_refused(tmp_path, content, message):
    (tmp_path / gvfc.FILE.name).write_text(content, "utf-8")
    with pytest.raises(InputError, match=message):
        gvfc.load(tmp_path)


@pytest.mark.parametrize("name", list(BENCHMARKS))
def test_missing_files_say_where_they_are_published(tmp_path, name):
    with pytest.raises(InputError, match=r"has no file .*get it from https://"):
        BENCHMARKS[name].load(tmp_path)


def test_bytes_of_another_encoding_are_named(tmp_path):
    (tmp_path / gvfc.FILE.name).write_bytes(b"id,headline,Q3 Theme1\n1,caf\xe9,1\n")
    with pytest.warns(InputWarning, match="sha256 differs"), pytest.raises(InputError, match="0xe9 at offset 27"):
        gvfc.load(tmp_path)


def test_an_unknown_benchmark_is_refused(tmp_path):
    with pytest.raises(InputError, match="choose one of newsmtsc, semeval2016, gvfc"):
        run_benchmark("imdb", tmp_path)


def test_parts_keep_their_rows_together():
    part = Part(["a", "b", "c"], ["x", "y", "z"], ["1", "2", "3"], ["g", "g", "h"], targets=["s", "t", "u"])
    assert part.without(["b"]) == Part(["a", "c"], ["x", "z"], ["1", "3"], ["g", "h"], targets=["s", "u"])


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_semeval(tmp_path):
    """Two topics that nine words decide."""
    rows = []
    for i in range(72):
        stance = ("FAVOR", "AGAINST", "NONE")[i % 3]
        word = {"FAVOR": "love", "AGAINST": "hate", "NONE": "saw"}[stance]
        rows.append(f"{i}\t{('Rain', 'Snow')[i % 2]}\tWe {word} it today number{i}\t{stance}")
    parts = (rows[:24], rows[24:60], rows[60:])
    for file, part in zip(semeval2016.BENCHMARK.files, parts, strict=True):
        (tmp_path / file.name).write_bytes((HEAD + "\r\n".join(part) + "\r\n").encode("cp1252"))
    return tmp_path


@pytest.mark.filterwarnings("ignore::corpus_tools.text.errors.InputWarning")
def test_the_output_object(small_semeval):
    arguments = ["semeval2016", "--data", str(small_semeval), "--features", "words", "--format", "json"]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert made["benchmark"] == "semeval2016" and made["metrics"] == {"favg": 100.0}
    assert made["published"]["organisers' SVM, n-grams"] == 68.98 and made["seconds"] >= 0
    again = json.loads(CliRunner().invoke(command, arguments, catch_exceptions=False).stdout)
    assert {**again, "seconds": 0} == {**made, "seconds": 0}


def test_download_tells_where_and_verifies(shared, tmp_path):
    good = CliRunner().invoke(
        command, ["gvfc", "--data", str(shared / "data" / "gvfc"), "--download", "--format", "json"]
    )
    assert good.exit_code == 0 and json.loads(good.stdout)[0]["state"] == "ok"
    bad = CliRunner().invoke(command, ["gvfc", "--data", str(tmp_path), "--download"])
    assert isinstance(bad.exception, InputError) and "missing" in bad.output
