"""Stanza's own models: where they lie, and how they get there."""

from __future__ import annotations

import os
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path

from corpus_tools.text.errors import InputError

__all__ = ["describe_ways_out", "download", "stanza_resources", "stanza_version"]


def download(language: str = "en") -> Path:
    """Fetch Stanza's own default package for a language into Stanza's folder; files that are there already are kept.

    Parameters
    ----------
    language : str, default "en"
        Stanza's language code.

    Returns
    -------
    Path
        Stanza's resource folder (``STANZA_RESOURCES_DIR`` or the user's cache).

    Raises
    ------
    InputError
        Nothing could be fetched; the message names both ways out.
    """
    import stanza

    folder = stanza_resources()
    folder.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder):
        try:
            stanza.download(language, model_dir=str(folder), package="default", verbose=False)
        except Exception as error:  # requests, huggingface_hub and the file system have no common base
            reason = str(error).partition("\n")[0][:200]
            what = f"could not download Stanza's default package for {language!r} ({type(error).__name__}: {reason})"
            raise InputError(what, where=str(folder), remedy=describe_ways_out(language)) from error
    return folder


def describe_ways_out(language: str) -> str:
    """Say what to do where Stanza's default package is not on this machine: fetch it, or do without."""
    fetch = f"run `corpus-tools models download {language}` where there is a network"
    embedded = 'use package="lite", the embedded English one'
    return f"either {fetch} (and copy that folder here, naming it in STANZA_RESOURCES_DIR), or {embedded}"


@cache
def stanza_version() -> str:
    """Return the version of the installed stanza distribution."""
    return metadata.version("stanza")


def stanza_resources() -> Path:
    """Return the folder into which Stanza downloads, computed as Stanza does but without importing it."""
    given = os.environ.get("STANZA_RESOURCES_DIR")
    if given:
        return Path(given)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("stanza", "StanfordNLP", _resources_version())) / "resources"


@cache
def _resources_version() -> str:
    # Read from the file: `import stanza` would load torch.
    path = metadata.distribution("stanza").locate_file("stanza/_version.py")
    return str(runpy.run_path(str(path))["__resources_version__"])


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one process download at a time: two at once overwrite each other's files (stanza#213)."""
    import fcntl

    with (folder / ".corpus_tools.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
