"""Training a Stanza package of one's own: the recipe behind the embedded English one.

:func:`train_package` is the whole of it; the rooms beside it hold one model each.
"""

from corpus_tools.language.training.package import train_package
from corpus_tools.language.training.plan import STEPS

__all__ = ["STEPS", "train_package"]
