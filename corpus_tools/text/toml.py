"""Files in TOML: the codebook, the coders, the configuration of an evaluation."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from corpus_tools.text.errors import InputError

__all__ = ["read_toml"]


def read_toml(path: Path, *, remedy: str) -> tuple[dict[str, Any], str]:
    """Return the tables of a file, and its text for who looks for lines in it.

    Parameters
    ----------
    path
        The file, in UTF-8.
    remedy
        What to do when it cannot be read.

    Raises
    ------
    InputError
        When the file cannot be read, or is not TOML in UTF-8.
    """
    where = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text), text
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=where, remedy=remedy) from error
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}", where=where, remedy="save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", where=where, remedy="correct the file there") from error
    except RecursionError as error:
        raise InputError("not TOML that can be read: too deeply nested", where=where, remedy=remedy) from error
