"""Other tools' readers, or their documented rules, judge what was written of the demo corpus."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from corpus_tools.annotation.coercion import Slot
from corpus_tools.annotation.interchange import FORMATS, export_annotations, find_format
from corpus_tools.annotation.records import Annotation
from corpus_tools.annotation.store import AnnotationStore
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.span import Span

CODER = "coder_a"
ARTICLES = ("niger-2023-11-15", "burkina-faso-2022-10-05-northbank-review", "chad-2021-05-01-northbank-review")


@pytest.fixture(scope="module")
def demo(root) -> tuple[Corpus, list[Annotation]]:
    corpus = Corpus.read(root / "seeds").filter(id=list(ARTICLES))
    return corpus, [a for a in AnnotationStore(root / "annotations").annotations(CODER) if a.article in ARTICLES]


@pytest.fixture(scope="module")
def written(demo, tmp_path_factory):
    """A function that writes the demo in a format, once, and returns the path."""
    paths: dict[str, Any] = {}

    def write(name: str):
        if name not in paths:
            if name.startswith("cas"):
                pytest.importorskip("cassis")
            path = tmp_path_factory.mktemp(name) / ("out" if find_format(name).folder else f"out.{name}")
            export_annotations(demo[1], demo[0], path, format=name)
            paths[name] = path
        return paths[name]

    return write


def lines_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def quotes(annotations, kind="frame"):
    """What frames, or the cues of stances, say: (article, label, words) of each first span."""
    spans = [(a, a.spans if a.type == "frame" else a.cue) for a in annotations if a.type == kind]
    return Counter((a.article, a.label, own[0].quote) for a, own in spans if own)


# --- UIMA CAS: dkpro-cassis -------------------------------------------------------------------------------------------


def load_cas(cassis, path, article):
    if (path / f"{article}.xmi").exists():
        with (path / "TypeSystem.xml").open("rb") as types, (path / f"{article}.xmi").open("rb") as file:
            return cassis.load_cas_from_xmi(file, typesystem=cassis.load_typesystem(types))
    with (path / f"{article}.json").open("rb") as file:
        return cassis.load_cas_from_json(file)


@pytest.mark.parametrize("name", ["cas-xmi", "cas-json"])
def test_dkpro_cassis_reads_every_annotation_with_its_words(name, demo, written, recwarn):
    cassis = pytest.importorskip("cassis")
    corpus, annotations = demo
    found: dict[str, Counter] = {"frame": Counter(), "stance": Counter()}
    slots: Counter = Counter()
    for article in corpus:
        cas = load_cas(cassis, written(name), article.id)
        assert cas.sofa_string == article.text
        for kind, layer in (("frame", "webanno.custom.Frame"), ("stance", "webanno.custom.Stance")):
            for annotation in cas.select(layer):
                found[kind][article.id, annotation.label, annotation.get_covered_text()] += (
                    annotation.begin < annotation.end
                )
                for link in annotation.arguments.elements if annotation.arguments else ():
                    slots[article.id, annotation.annotationId, link.role, link.target.get_covered_text()] += 1
    assert +found["frame"] == quotes(annotations) and +found["stance"] == quotes(annotations, "stance")
    assert slots == Counter(
        (a.article, a.id, role, slot.span.quote)
        for a in annotations
        for role, slot in (("voice", a.voice), ("holder", a.holder), ("target", a.target))
        if isinstance(slot, Slot) and slot.span
    ) + Counter((a.article, a.id, "cue", span.quote) for a in annotations for span in a.cue[1:])
    assert not [warning for warning in recwarn if "offset" in str(warning.message)]


def test_inception_takes_the_types_for_span_layers_with_slots(written):
    """By the rules of its type system analysis: primitive features, or slots of links with a role and a target."""
    cassis = pytest.importorskip("cassis")
    with (written("cas-xmi") / "TypeSystem.xml").open("rb") as file:
        types = cassis.load_typesystem(file)
    layers = [t for t in types.get_types() if t.name.startswith("webanno.custom.") and not t.name.endswith("Link")]
    assert sorted(layer.name for layer in layers) == [f"webanno.custom.{n}" for n in ("Argument", "Frame", "Stance")]
    for layer in layers:
        assert layer.supertype.name == "uima.tcas.Annotation" and layer.features
        for feature in layer.features:
            if feature.rangeType.name != "uima.cas.FSArray":
                assert feature.rangeType.name == "uima.cas.String"
                continue
            link = types.get_type(str(getattr(feature.elementType, "name", feature.elementType)))
            assert link.supertype.name == "uima.cas.TOP"
            assert sorted(f.name for f in link.features) == ["role", "target"]


# --- CoNLL-U: the package conllu --------------------------------------------------------------------------------------


def test_conllu_reads_the_frames(demo, written):
    conllu = pytest.importorskip("conllu")
    corpus, annotations = demo
    texts = {article.id: article.text for article in corpus}
    spans: list[list[Any]] = []
    article = ""
    for sentence in conllu.parse(written("conllu").read_text("utf-8")):
        article = sentence.metadata.get("newdoc id", article)
        assert sentence.metadata["sent_id"].startswith(article)
        for token in sentence:
            start, end = int(token["misc"]["start_char"]), int(token["misc"]["end_char"])
            assert texts[article][start:end] == token["form"]
            mark, _, label = token["misc"].get("Frame", "O").partition("-")
            if mark == "B":
                spans.append([article, label, start, end])
            elif mark == "I":
                assert spans[-1][:2] == [article, label]
                spans[-1][3] = end
    found = Counter((article, label, texts[article][start:end]) for article, label, start, end in spans)
    wanted = quotes(annotations)
    assert not found - wanted and sum(found.values()) >= 0.9 * sum(wanted.values())  # the others overlap


# --- brat: its rules --------------------------------------------------------------------------------------------------


def check_brat(text: str, lines: list[str]) -> dict[str, int]:
    """Hold an .ann to what brat's own reader insists on."""
    seen: dict[str, str] = {}
    count: Counter = Counter()
    for line in lines:
        name, body = line.split("\t", 1)
        assert re.fullmatch(r"[TEN#]\d+", name) and name not in seen
        data, tail = body.split("\t", 1) if "\t" in body else (body, None)
        count[name[0]] += 1
        if name[0] == "T":
            kind, places = data.split(" ", 1)
            spans = [tuple(map(int, place.split(" "))) for place in places.split(";")]
            for number, (start, end) in enumerate(spans):
                assert 0 <= start < end <= len(text) and len(text[start:end].splitlines()) == 1
                assert not any(end >= other and start < after for other, after in spans[:number])
            assert tail == " ".join(text[start:end] for start, end in spans)
            seen[name] = kind
        elif name[0] == "E":
            head, *arguments = data.split()
            kind, trigger = head.split(":")
            assert seen[trigger] == kind
            assert all(seen[argument.split(":")[1]] == argument.split(":")[0] for argument in arguments)
            seen[name] = kind
        elif name[0] == "N":
            assert re.fullmatch(r"Reference (T\d+) codebook:\S+", data) and data.split(" ")[1] in seen
            seen[name] = "N"
        else:
            kind, target = data.split(" ")
            assert kind in ("AnnotatorNotes", "CorpusTools") and target in seen and tail
            seen[name] = "#"
    return count


def test_brat_would_read_every_line(demo, written):
    corpus, annotations = demo
    total: Counter = Counter()
    for article in corpus:
        assert (written("brat") / f"{article.id}.txt").read_bytes().decode("utf-8") == article.text
        lines = (written("brat") / f"{article.id}.ann").read_text("utf-8").splitlines()  # as brat splits them
        total.update(check_brat(article.text, lines))
    assert total["E"] == sum(1 for a in annotations if a.all_spans)
    declared = (written("brat") / "annotation.conf").read_text("utf-8")
    kinds = {f"{a.type}-{a.label}" for a in annotations if a.all_spans}
    assert all(f"\n{kind}\t" in declared for kind in kinds)


# --- Label Studio: its SDK's converter --------------------------------------------------------------------------------


def test_label_studio_regions_are_its_own_shape(demo, written):
    tasks = json.loads(written("label-studio").read_text("utf-8"))
    assert [task["data"]["article"] for task in tasks] == demo[0].ids
    for task in tasks:
        units = task["data"]["text"].encode("utf-16-le")
        for annotation in task["annotations"]:
            regions = {r["id"] for r in annotation["result"] if r["type"] == "labels"}
            for result in annotation["result"]:
                if result["type"] == "labels":
                    start, end = result["value"]["start"], result["value"]["end"]
                    assert units[2 * start : 2 * end].decode("utf-16-le") == result["value"]["text"]
                elif result["type"] == "relation":
                    assert {result["from_id"], result["to_id"]} <= regions and result["direction"] == "right"


def test_label_studio_converts_the_tasks(demo, written, tmp_path):
    converter = pytest.importorskip("label_studio_sdk.converter", reason="label-studio-sdk is not installed")
    path = written("label-studio")
    config = path.with_name(path.name + ".config.xml").read_text("utf-8")
    converter.Converter(config, str(tmp_path)).convert(str(path), str(tmp_path / "min"), "JSON_MIN", is_dir=False)
    rows = json.loads((tmp_path / "min" / "result.json").read_text("utf-8"))
    found = Counter((row["article"], label["labels"][0], label["text"]) for row in rows for label in row["label"])
    frames = Counter({(a, f"frame:{label}", words): n for (a, label, words), n in quotes(demo[1]).items()})
    assert not frames - found


# --- doccano, Prodigy, W3C, datasets, spaCy: their documented shapes --------------------------------------------------


def test_doccano_lines_are_its_documented_shape(demo, written):
    texts = {article.id: article.text for article in demo[0]}
    found: Counter = Counter()
    for row in lines_of(written("doccano")):
        entities = {entity["id"]: entity for entity in row["entities"]}
        assert len(entities) == len(row["entities"]) and row["text"] == texts[row["article"]]
        for entity in entities.values():
            assert set(entity) == {"id", "label", "start_offset", "end_offset"} and type(entity["id"]) is int
            assert 0 <= entity["start_offset"] < entity["end_offset"] <= len(row["text"])
            words = row["text"][entity["start_offset"] : entity["end_offset"]]
            found[row["article"], entity["label"].removeprefix("frame:"), words] += entity["label"].startswith("frame:")
        for relation in row["relations"]:
            assert set(relation) == {"id", "from_id", "to_id", "type"}
            assert entities[relation["to_id"]]["label"] == relation["type"] and relation["from_id"] in entities
    assert +found == quotes(demo[1])


def test_prodigy_tokens_end_with_their_spans(demo, written):
    rows = lines_of(written("prodigy"))
    assert {row["_annotator_id"] for row in rows} == {CODER}
    for row in rows:
        rebuilt = "".join(token["text"] + " " * token["ws"] for token in row["tokens"])
        assert rebuilt == row["text"]
        for token in row["tokens"]:
            assert row["text"][token["start"] : token["end"]] == token["text"]
        for span in row["spans"]:
            first, last = row["tokens"][span["token_start"]], row["tokens"][span["token_end"]]
            assert (first["start"], last["end"]) == (span["start"], span["end"])  # token_end is inclusive
        ids = {span["id"] for span in row["spans"]}
        for relation in row["relations"]:
            assert {relation["head_span"]["id"], relation["child_span"]["id"]} <= ids
            assert relation["head"] == relation["head_span"]["token_end"]
        assert set(row.get("accept", ())) <= {option["id"] for option in row.get("options", ())}


def test_web_annotations_select_what_they_quote(demo, written):
    collection = json.loads(written("web-annotation").read_text("utf-8"))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (collection["type"], collection["first"]["type"]) == ("AnnotationCollection", "AnnotationPage")
    items = collection["first"]["items"]
    assert collection["total"] == len(items) and len({item["id"] for item in items if "#" not in item["id"]})
    texts = {f"urn:x-corpus-tools:article:{article.id}": article.text for article in demo[0]}
    purposes = {"classifying", "tagging", "commenting", "linking"}
    for item in items:
        assert item["type"] == "Annotation" and {body["purpose"] for body in item["body"]} <= purposes
        for target in [item["target"]] if isinstance(item["target"], str) else item["target"]:
            if isinstance(target, str):
                assert target in texts
                continue
            text, (place, words) = texts[target["source"]], target["selector"]
            assert text[place["start"] : place["end"]] == words["exact"]
            assert text[: place["start"]].endswith(words["prefix"]) and text[place["end"] :].startswith(words["suffix"])


def test_pandas_reads_the_rows(demo, written):
    import pandas as pd

    for table in (
        pd.read_parquet(written("datasets-parquet")),
        pd.read_json(written("datasets-jsonl"), lines=True, dtype=False),
    ):
        assert list(table["id"]) == demo[0].ids
        found = Counter(
            (row.id, annotation["label"], annotation["spans"][0]["text"])
            for row in table.itertuples()
            for annotation in row.annotations
            if annotation["type"] == "frame" and len(annotation["spans"])
        )
        assert found == quotes(demo[1])


def spacy_words(words: list[str], text: str) -> list[str]:
    """Align words with a text as spaCy does when it makes a Doc from JSON: white space between words is one token."""
    found, at = [], 0
    for word in (word for word in words if not word.isspace()):
        start = text.index(word, at)
        if start > at:
            found.append(text[at:start])
        found.append(word)
        at = start + len(word)
        at += text[at : at + 1] == " "
    return found + ([text[at:]] if at < len(text) else [])


def test_spacy_would_make_a_doc_of_every_line(demo, written):
    for row in lines_of(written("spacy")):
        words = [row["text"][token["start"] : token["end"]] for token in row["tokens"]]
        assert spacy_words(words, row["text"]) == words
        starts, ends = ({token[key] for token in row["tokens"]} for key in ("start", "end"))
        for span in row["spans"]["frames"]:
            assert span["start"] in starts and span["end"] in ends and set(span) == {"start", "end", "label", "kb_id"}


def test_every_format_has_a_judge():
    judged = {"cas-xmi", "cas-json", "conllu", "brat", "label-studio", "doccano", "prodigy", "web-annotation", "spacy"}
    assert set(FORMATS) - judged == {"csv", "tsv", "datasets-jsonl", "datasets-parquet"}  # plain tables: pandas


def test_pandas_reads_the_tables(demo, written):
    import pandas as pd

    for name, separator in (("csv", ","), ("tsv", "\t")):
        table = pd.read_csv(written(name), sep=separator, dtype=str, keep_default_na=False)
        assert list(table["id"]) == [a.id for article in demo[0].ids for a in demo[1] if a.article == article]
        frames = table[(table["type"] == "frame") & (table["spans"] != "")]
        assert Counter(zip(frames["article"], frames["label"], frames["quote"], strict=True)) == quotes(demo[1])
        first = frames.iloc[0]
        start, end = map(int, re.fullmatch(r"\[(\d+),(\d+)\)", first["spans"]).groups())
        assert Span.of(demo[0][first["article"]].text, start, end).quote == first["quote"]
