"""Articles, corpora and spans: the ground floor, which imports none of the others."""

from corpus_tools.text.article import Article, check_article_id
from corpus_tools.text.corpus import Corpus
from corpus_tools.text.errors import InputError, InputWarning
from corpus_tools.text.span import CodePoints, Span, locate

__all__ = [
    "Article",
    "CodePoints",
    "Corpus",
    "InputError",
    "InputWarning",
    "Span",
    "check_article_id",
    "locate",
]
