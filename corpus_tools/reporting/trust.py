"""How far to trust a detector: the numbers of `evaluation.json` as sentences and pictures for the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from corpus_tools.render import Estimate, Palette, as_number, render_calibration, render_stance_value, render_whisker


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of a comparison: what was measured, the number, its picture."""

    name: str
    note: str
    estimate: Estimate
    picture: Markup
    own: bool = False


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One label of the evaluation."""

    key: Markup
    name: str
    support: str
    precision: str
    recall: str
    f1: Estimate
    cues: str
    agreement: str
    reason: str | None
    picture: Markup


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """Agreement of the coders, for one kind or version."""

    name: str
    articles: str
    alpha: Estimate
    raw: str
    picture: Markup
    reason: str | None


class Trust:
    """The evaluation, part by part; what is missing is None or empty.

    Parameters
    ----------
    evaluation
        The content of ``evaluation.json``.
    palette
        Looks of the frames.
    """

    def __init__(self, evaluation: Mapping[str, Any], *, palette: Palette) -> None:
        self._palette = palette
        self.frames = _mapping(evaluation.get("frames"))
        self.stance = _mapping(evaluation.get("stance"))
        self.reason = _first_reason(evaluation, self.frames)
        self.macro = Estimate.of(self.frames.get("macro_f1"))
        self.articles = _whole(self.frames.get("articles"))
        self.folds = _whole(self.frames.get("folds"))
        self.difference = Estimate.of(self.frames.get("difference_to_cues"))
        self.p = as_number(_mapping(self.frames.get("difference_to_cues")).get("p"))
        self.errors = [_read_error(error, palette) for error in _mappings(self.frames.get("errors"))]
        self.warnings = [str(warning) for warning in evaluation.get("warnings") or ()]

    @property
    def comparison(self) -> list[Comparison]:
        """The detector beside the baselines, by macro-F1 over articles, and the other levels."""
        base = _mapping(self.frames.get("baselines"))
        sentence = _mapping(self.frames.get("sentence")).get("macro_f1")
        rows = [
            _compare("This detector", "macro-F1, articles", self.frames.get("macro_f1"), own=True),
            _compare("Frozen cue words", "macro-F1, articles", base.get("cues")),
            _compare("Majority", "macro-F1, articles", base.get("majority")),
            _compare("Always yes", "macro-F1, articles", base.get("always")),
            self._compare_coders(),
            _compare("This detector, pooled", "micro-F1, articles", self.frames.get("micro_f1")),
            _compare("This detector, finer", "macro-F1, sentences", sentence),
        ]
        return [row for row in rows if row.estimate.value is not None or row.estimate.reason or row.own]

    def _compare_coders(self) -> Comparison:
        block = _mapping(self.frames.get("coder_agreement"))
        level = _mapping(block.get("article")) or block
        alpha = Estimate.of(level.get("alpha"))
        if alpha.value is None:
            alpha = replace(alpha, reason=alpha.reason or level.get("reason"))
        picture = Markup(render_whisker(alpha, shape="diamond"))
        return Comparison("The coders among themselves", "alpha, articles; not an F1", alpha, picture)

    @property
    def verdict(self) -> str:
        """What the paired difference to the cue words means, in a sentence."""
        value, low, high = self.difference.value, self.difference.low, self.difference.high
        if value is None:
            return "No paired comparison with the cue words was made" + _because(self.difference.reason)
        if low is None or high is None:
            return f"The difference to the cue words is {self.difference.text}, without an interval: it proves nothing."
        chance = "" if self.p is None else f", p {'< 0.001' if self.p < 0.001 else f'= {self.p:.3f}'}"
        shown = f"{self.difference.text}{chance}"
        if low > 0:
            return f"On the same articles it is ahead of the cue words by {shown}: the interval excludes zero."
        if high < 0:
            return f"On the same articles the cue words are ahead ({shown}): prefer the word list."
        return (
            f"Its paired difference to the cue words is {shown}: zero lies inside, "
            "so the detector is not shown to beat a word list."
        )

    @property
    def difference_picture(self) -> Markup:
        """The paired difference on its own scale around zero."""
        return Markup(render_whisker(self.difference, domain=(-0.5, 0.5)))

    @property
    def labels(self) -> list[LabelLine]:
        """The frames, in the order of the codebook."""
        rows = _mappings(self.frames.get("per_label"))
        rows.sort(key=lambda row: self._palette.position(str(row.get("label"))))
        return [_label_line(row, self._palette) for row in rows]

    @property
    def agreement(self) -> list[AgreementLine]:
        """How far the coders agreed on frames, by level and by version of the codebook."""
        return _list_agreement(_mapping(self.frames.get("coder_agreement")))

    @property
    def calibration(self) -> Markup | None:
        """The calibration curve."""
        points = _mappings(self.frames.get("calibration"))
        return Markup(render_calibration(points)) if points else None

    @property
    def stance_comparison(self) -> list[Comparison]:
        """Stance: the detector beside its baselines."""
        base = _mapping(self.stance.get("baselines"))
        rows = [
            _compare("This detector", "macro-F1, triples", self.stance.get("macro_f1"), own=True),
            _compare("Stance cue words", "macro-F1, triples", base.get("cues")),
            _compare("Majority", "macro-F1, triples", base.get("majority")),
            _compare("Finding stances", "F1, any value", self.stance.get("detection_f1")),
        ]
        return [row for row in rows if row.estimate.value is not None or row.own]

    @property
    def stance_labels(self) -> list[LabelLine]:
        """The stance values."""
        return [_label_line(row, None) for row in _mappings(self.stance.get("per_label"))]

    @property
    def stance_cues(self) -> bool:
        """Whether any stance value was also judged by cue words."""
        return any(line.cues != "–" for line in self.stance_labels)

    @property
    def stance_agreement(self) -> list[AgreementLine]:
        """How far the coders agreed on stances."""
        return _list_agreement(_mapping(self.stance.get("coder_agreement")))

    @property
    def stance_facts(self) -> str:
        """How many triples there are and how many the candidates reach."""
        triples, reachable = _whole(self.stance.get("triples")), as_number(self.stance.get("reachable"))
        said = [] if triples is None else [f"{triples} coded holder–target triples"]
        if reachable is not None:
            share = f"{100 * reachable:.0f} % of them"
            said.append(f"{share} are among the pairs that the detector considers, and it cannot find the others")
        return "; ".join(said)


def _compare(name: str, note: str, source: Any, *, own: bool = False) -> Comparison:
    estimate = Estimate.of(source)
    return Comparison(name, note, estimate, Markup(render_whisker(estimate, shape="dot" if own else "ring")), own)


def _label_line(row: Mapping[str, Any], palette: Palette | None) -> LabelLine:
    label = str(row.get("label"))
    f1, cues = Estimate.of(row.get("f1")), Estimate.of(row.get("cues_f1")).value
    agreement = _mapping(row.get("agreement"))
    picture = Markup(render_whisker(f1, marks=[] if cues is None else [(cues, "bar-mark")]))
    key = Markup(palette[label].swatch) if palette else Markup(render_stance_value(label))
    name = palette[label].name if palette else ""
    support, alpha, raw = _whole(row.get("support")), agreement.get("alpha"), agreement.get("raw")
    shown = f"{_two(alpha)} / {_two(raw)}" if agreement else "–"
    return LabelLine(
        key,
        name,
        "–" if support is None else str(support),
        _two(row.get("precision")),
        _two(row.get("recall")),
        f1,
        _two(cues),
        shown,
        agreement.get("reason") or f1.reason,
        picture,
    )


def _list_agreement(source: Mapping[str, Any], name: str = "") -> list[AgreementLine]:
    """Flatten agreement blocks, however they nest: by level, by version."""
    lines = []
    if "alpha" in source or "raw" in source:
        alpha, raw = Estimate.of(source.get("alpha")), Estimate.of(source.get("raw"))
        count = _whole(source.get("n"))
        picture = render_whisker(alpha, shape="diamond", marks=[] if raw.value is None else [(raw.value, "ring")])
        reason = None if source.get("reason") is None else str(source["reason"])
        number = "–" if count is None else str(count)
        lines.append(AgreementLine(name or "all", number, alpha, raw.text, Markup(picture), reason))
    for key, part in source.items():
        lines += _list_agreement(_mapping(part), ", ".join(filter(None, (name, _name_block(str(key))))))
    return lines


def _name_block(key: str) -> str:
    if key[:1].isdigit():
        return f"codebook {key}"
    return {"article": "articles", "sentence": "sentences", "by_version": ""}.get(key, key.replace("_", " "))


def _read_error(error: Mapping[str, Any], palette: Palette) -> dict[str, Any]:
    style = palette[str(error.get("label"))]
    shown = {key: str(error.get(key) or "") for key in ("kind", "article", "text")}
    return shown | {"key": Markup(style.swatch), "name": style.name, "score": _two(error.get("score"))}


def _first_reason(evaluation: Mapping[str, Any], frames: Mapping[str, Any]) -> str | None:
    reason = frames.get("reason") or evaluation.get("reason") or Estimate.of(frames.get("macro_f1")).reason
    return None if reason is None else str(reason)


def _because(reason: str | None) -> str:
    return f": {reason}." if reason else "."


def _mapping(source: Any) -> Mapping[str, Any]:
    return source if isinstance(source, Mapping) else {}


def _mappings(source: Any) -> list[Mapping[str, Any]]:
    if not isinstance(source, Sequence) or isinstance(source, str):
        return []
    return [item for item in source if isinstance(item, Mapping)]


def _whole(value: Any) -> int | None:
    number = as_number(value)
    return None if number is None else round(number)


def _two(value: Any) -> str:
    return Estimate.of(value).text
