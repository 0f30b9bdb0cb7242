"""Attribution: who says or feels what about whom, read off the dependency trees, without training.

`attribute` reads a parsed corpus into a table, `attribute_sentence` one sentence into `Attribution` objects. The
rooms: `predicates` finds the cues, `holders` and `targets` the heads of their `arguments`, `fillers` the words and
entities of those, `judgements` what is called good or bad, `reports` what speakers say of an issue without a cue,
`speakers` whoever is quoted or reported, `phrases` the words that belong to a head; `reading` puts them together. The
words themselves are data, in `corpus_tools/language/cues/`.
"""

from corpus_tools.language.attribution.attribute import (
    attribute,
    attribute_article,
    attribute_scene,
    attribute_sentence,
    set_scenes,
    survey_article,
)
from corpus_tools.language.attribution.fillers import Scene, name_holder, name_target
from corpus_tools.language.attribution.triples import COLUMNS, Attribution

__all__ = [
    "COLUMNS",
    "Attribution",
    "Scene",
    "attribute",
    "attribute_article",
    "attribute_scene",
    "attribute_sentence",
    "name_holder",
    "name_target",
    "set_scenes",
    "survey_article",
]
