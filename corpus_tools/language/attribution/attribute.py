"""`attribute` a parsed corpus, an article or a sentence: cues, their holders and targets, and the side taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.language.actors import Surroundings, load_actors
from corpus_tools.language.attribution.fillers import Scene
from corpus_tools.language.attribution.reading import read_reports, read_scene
from corpus_tools.language.attribution.triples import COLUMNS, Attribution
from corpus_tools.language.cues import load_lexicon
from corpus_tools.language.parses import Parse, Parses
from corpus_tools.language.sentences import Sentence, read_sentences

if TYPE_CHECKING:
    import pandas as pd


def attribute(
    parses: Parses | Iterable[Parse], codebook: Codebook | None = None, *, language: str = "en", anything: bool = False
) -> pd.DataFrame:
    """Return who says or feels what about whom, one row an attribution.

    Parameters
    ----------
    parses
        A parsed corpus.
    codebook
        Gives holders and targets their entities. With one, only attributions on its subject are returned: holder or
        target must be an entity of it.
    language
        Of the cue lexicon.
    anything
        Return attributions on any subject.

    Returns
    -------
    DataFrame
        The columns `article`, `sentence` (number), `start`, `end` (of the sentence), `label` (oppose, mixed, support,
        neutral), `expression`, `factuality`, `holder`, `target` (dictionaries with start, end, quote, entity, implicit,
        as in detections), `cue_start`, `cue_end`, `cue_quote`, `strength`.
    """
    import pandas as pd

    rows = [
        found.to_row(parse.article.id)
        for parse in parses
        for found in attribute_article(
            read_sentences(parse),
            parse.article.text,
            codebook,
            title=parse.article.title,
            language=language,
            anything=anything,
        )
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def attribute_article(
    sentences: list[Sentence],
    text: str,
    codebook: Codebook | None = None,
    *,
    title: str | None = None,
    language: str = "en",
    anything: bool = False,
) -> list[Attribution]:
    """Return the attributions of one article's sentences; `text` and `title` are the article's."""
    scenes = set_scenes(sentences, text, codebook, title=title, language=language)
    return [found for scene in scenes for found in attribute_scene(scene, anything=anything)]


def set_scenes(
    sentences: list[Sentence],
    text: str,
    codebook: Codebook | None = None,
    *,
    title: str | None = None,
    language: str = "en",
) -> list[Scene]:
    """Return for each sentence of an article all that is needed to read it; `text` and `title` are the article's."""
    names, lexicon = load_actors(codebook, language), load_lexicon(language)
    around = survey_article(sentences, codebook, title, language)
    return [Scene(sentence, text, lexicon, names, about) for sentence, about in zip(sentences, around, strict=True)]


def survey_article(
    sentences: list[Sentence], codebook: Codebook | None = None, title: str | None = None, language: str = "en"
) -> list[Surroundings]:
    """Return for each sentence what the article is about and what was spoken of before it."""
    names = load_actors(codebook, language)
    around = names.survey(sentences, title)
    found = []
    for sentence in sentences:
        found.append(around)
        around = replace(
            around,
            issue=names.last_issue(sentence) or around.issue,
            actor=names.last_actor(sentence, around) or around.actor,
        )
    return found


def attribute_sentence(
    sentence: Sentence,
    text: str,
    codebook: Codebook | None = None,
    *,
    around: Surroundings | None = None,
    language: str = "en",
    anything: bool = False,
) -> list[Attribution]:
    """Return the attributions of one sentence.

    Parameters
    ----------
    sentence
        With offsets into `text`.
    text
        The article's text.
    codebook, language, anything
        As in `attribute`.
    around
        What the article is about (see `survey_article`), which tells "the junta" of one country from another's.
    """
    names = load_actors(codebook, language)
    scene = Scene(sentence, text, load_lexicon(language), names, around or Surroundings())
    return attribute_scene(scene, anything=anything)


def attribute_scene(scene: Scene, *, anything: bool = False) -> list[Attribution]:
    """Return the attributions of one sentence, on any subject or on that of the codebook, if it names entities."""
    cued = list(read_scene(scene))
    found = [*cued, *read_reports(scene, cued)]
    found = _drop_repeated(sorted(found, key=lambda a: (a.cue_start, a.target.start or 0)))
    if anything or not scene.names.entities:
        return found
    on_subject = {a.cue_head for a in found if _is_on_subject(scene, a)}
    return [a for a in found if a.cue_head in on_subject]


def _is_on_subject(scene: Scene, a: Attribution) -> bool:
    """Whether somebody of the codebook, or somebody who may speak of it in public, takes a side."""
    sentence, names = scene.sentence, scene.names
    if a.holder.entity is not None or names.is_public(sentence, a.holder_head):
        return True
    if a.target.entity is None:
        return False
    if a.holder.implicit == "author":  # an adjective in a report is seldom its author's stance
        plain = sentence.deprel[a.cue_head] == "root" and names.kind(a.target.entity) in ("issue", "event")
        return plain or sentence.upos[a.cue_head] in ("VERB", "AUX")
    return a.holder.implicit is not None or sentence.upos[a.holder_head] == "PROPN"


def _drop_repeated(found: list[Attribution]) -> list[Attribution]:
    """Keep the first of what says the same of the same words."""
    kept: list[Attribution] = []
    for a in found:
        if not any(
            (a.holder_head, a.value, a.target.entity) == (b.holder_head, b.value, b.target.entity)
            and (a.target_head == b.target_head or a.target.overlaps(b.target))
            for b in kept
        ):
            kept.append(a)
    return kept
