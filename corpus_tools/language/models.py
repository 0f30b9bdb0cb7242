"""Model packages: which are there, where they lie, which files belong to one, and whether these are the right ones.

A package is a folder in Stanza's own layout::

    FOLDER/resources.json                     which processor uses which model, and what that model depends on
    FOLDER/<language>/<processor>/<name>.pt   the weights
    FOLDER/MANIFEST.json                      sha256 and size of every file (ours; Stanza does not look at it)

so that ``stanza.Pipeline(language, dir=FOLDER, package=NAME, download_method=None)`` loads it without us.
Nothing here imports torch or stanza: a second run over a parsed corpus must not pay for them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus_tools.language.assembly import PROCESSORS, assemble
from corpus_tools.language.downloads import describe_ways_out, download, stanza_resources
from corpus_tools.language.manifest import hash_file, read_entry, read_manifest, write_manifest
from corpus_tools.text.errors import InputError

__all__ = [
    "PROCESSORS",
    "Package",
    "assemble",
    "download",
    "find_package",
    "list_packages",
    "package_path",
    "verify_package",
    "write_manifest",
]

EMBEDDED = Path(__file__).parent / "packages"


@dataclass(frozen=True, slots=True)
class Package:
    """A model package that was found on this machine.

    Attributes
    ----------
    name : str
        What to pass as ``package=`` to `parse` (of a folder: the name that its manifest gives).
    language : str
        Stanza's language code.
    folder : Path
        What to pass as ``dir=`` to ``stanza.Pipeline``.
    processors : tuple of str
        The processors to run, a part of `PROCESSORS`.
    models : tuple of str
        The files that are loaded for them, relative to `folder`.
    source : str
        ``"embedded"`` (inside corpus_tools), ``"stanza"`` (Stanza's download folder) or ``"folder"``.
    stanza_name : str
        What to pass as ``package=`` to ``stanza.Pipeline``.
    """

    name: str
    language: str
    folder: Path
    processors: tuple[str, ...]
    models: tuple[str, ...]
    source: str
    stanza_name: str

    @property
    def bytes(self) -> int:
        """Size of the model files on disk."""
        return sum((self.folder / file).stat().st_size for file in self.models)

    def checksums(self) -> dict[str, str]:
        """Return the sha256 of each model file: from the manifest where there is one, else from the files."""
        manifest = read_manifest(self.folder)
        if manifest is not None:
            return {file: read_entry(manifest, file, self.folder) for file in self.models}
        _check_presence(self)
        return {file: hash_file(self.folder / file) for file in self.models}


def list_packages(language: str | None = None) -> list[Package]:
    """List the packages on this machine: the embedded ones, then what Stanza has downloaded.

    Parameters
    ----------
    language : str, optional
        Only packages for this language.

    Returns
    -------
    list of Package

    Examples
    --------
    >>> [(package.name, package.language) for package in list_packages("en")][0]
    ('lite', 'en')
    """
    folders = [(folder, "embedded") for folder in sorted(EMBEDDED.iterdir())] + [(stanza_resources(), "stanza")]
    there = [(folder, source) for folder, source in folders if (folder / "resources.json").is_file()]
    found = [package for folder, source in there for package in _packages_in(folder, source)]
    return [package for package in found if language in (None, package.language) and not _missing(package)]


def package_path(package: str | os.PathLike[str] = "lite", language: str = "en") -> Path:
    """Return the folder that ``stanza.Pipeline(dir=...)`` takes, after its files were verified.

    Parameters
    ----------
    package : str or path, default "lite"
        The name of an embedded package, ``"default"`` for Stanza's own (downloaded before), or a package folder.
    language : str, default "en"
        Stanza's language code.

    Raises
    ------
    InputError
        There is no such package, a file is missing, or a file is not the one that the manifest names.

    Examples
    --------
    >>> package_path("lite").name
    'lite'
    """
    found = find_package(package, language)
    verify_package(found)
    return found.folder


def find_package(
    package: str | os.PathLike[str] = "lite", language: str = "en", processors: Sequence[str] | None = None
) -> Package:
    """Find a package and choose the processors to run, without verifying or loading anything.

    Parameters
    ----------
    package, language
        As in `package_path`.
    processors : sequence of str, optional
        A part of `PROCESSORS`; by default all that the package has.

    Raises
    ------
    InputError
        The package, the language or a processor is not there; the message says what is.
    """
    folder, source = _locate(package, language)
    resources = _read_resources(folder)
    code = _resolve_language(resources, language, folder)
    stanza_name = str(package) if source == "embedded" else "default"
    chosen = _choose(_models_of(resources, code, stanza_name, folder), processors, str(package))
    files = tuple(_files_of(resources[code], code, chosen))
    name = stanza_name
    if source == "folder":
        name = str((read_manifest(folder) or {}).get("package", folder.resolve().name))
    return Package(name, code, folder, tuple(chosen), files, source, stanza_name)


def verify_package(package: Package) -> None:
    """Check every model file against the manifest (sha256), or Stanza's own list (md5) where that is all there is.

    A file is hashed once per process as long as its size and time stay the same.

    Raises
    ------
    InputError
        A file is missing or is not the one that was published.
    """
    _check_presence(package)
    manifest = read_manifest(package.folder)
    for file in package.models:
        path = package.folder / file
        if manifest is not None:
            right = hash_file(path) == read_entry(manifest, file, package.folder)
        else:
            right = _stanza_md5(package, file) in ("", hash_file(path, "md5"))
        if not right:
            what = f"model file {file} is not the one that belongs to package {package.name!r} (its checksum differs)"
            raise InputError(what, where=str(package.folder), remedy=_remedy(package))


def _locate(package: str | os.PathLike[str], language: str) -> tuple[Path, str]:
    name = os.fspath(package)
    if name.isidentifier() and (EMBEDDED / name / "resources.json").is_file():
        return EMBEDDED / name, "embedded"
    if name == "default":
        if not (stanza_resources() / "resources.json").is_file():
            what = f"Stanza's default package for {language!r} is not on this machine"
            raise InputError(what, where=str(stanza_resources()), remedy=describe_ways_out(language))
        return stanza_resources(), "stanza"
    if (Path(name) / "resources.json").is_file():
        return Path(name), "folder"
    embedded = ", ".join(sorted(folder.name for folder in EMBEDDED.iterdir()))
    known = f"{embedded} (embedded), default (Stanza's own), or a folder with a resources.json"
    raise InputError(f"there is no model package {name!r}", remedy=f"use {known}")


def _read_resources(folder: Path) -> dict[str, Any]:
    path = folder / "resources.json"
    try:
        return dict(json.loads(path.read_bytes()))
    except ValueError as error:
        raise InputError(f"not JSON ({error})", where=str(path), remedy="get the package again") from error


def _resolve_language(resources: Mapping[str, Any], language: str, folder: Path) -> str:
    code = language
    while isinstance(resources.get(code), dict) and "alias" in resources[code]:
        code = resources[code]["alias"]
    if not isinstance(resources.get(code), dict):
        there = sorted(key for key, value in resources.items() if isinstance(value, dict))
        what = f"no models for language {language!r} (only for {', '.join(there[:20])})"
        raise InputError(what, where=str(folder), remedy='use package="default" for the languages that Stanza has')
    return code


def _models_of(resources: Mapping[str, Any], code: str, name: str, folder: Path) -> dict[str, str]:
    packages = resources[code].get("packages", {})
    if name not in packages:
        raise InputError(f"resources.json has no package {name!r} for {code!r}", where=str(folder))
    return {processor: model for processor, model in packages[name].items() if processor in PROCESSORS}


def _choose(there: Mapping[str, str], wanted: Sequence[str] | None, name: str) -> dict[str, str]:
    for processor in wanted or ():
        if processor not in there:
            what = f"package {name!r} has no processor {processor!r} (it has {', '.join(there)})"
            raise InputError(what, remedy="leave it out of processors=, or choose another package")
    chosen = set(there if wanted is None else wanted) | {"tokenize"}
    return {processor: there[processor] for processor in PROCESSORS if processor in chosen and processor in there}


def _files_of(resources: Mapping[str, Any], code: str, chosen: Mapping[str, str]) -> Iterator[str]:
    seen = set()
    for processor, model in chosen.items():
        dependencies = resources.get(processor, {}).get(model, {}).get("dependencies", [])
        for kind, name in [(processor, model), *((item["model"], item["package"]) for item in dependencies)]:
            file = f"{code}/{kind}/{name}.pt"
            if name != "identity" and file not in seen:  # an identity lemmatizer has no file
                seen.add(file)
                yield file


def _packages_in(folder: Path, source: str) -> Iterator[Package]:
    resources = _read_resources(folder)
    name = folder.name if source == "embedded" else "default"
    for code in sorted(resources):
        if isinstance(resources[code], dict) and name in resources[code].get("packages", {}):
            chosen = _choose(_models_of(resources, code, name, folder), None, name)
            files = tuple(_files_of(resources[code], code, chosen))
            yield Package(name, code, folder, tuple(chosen), files, source, name)


def _missing(package: Package) -> list[str]:
    return [file for file in package.models if not (package.folder / file).is_file()]


def _check_presence(package: Package) -> None:
    missing = _missing(package)
    if missing:
        raise InputError(f"model file {missing[0]} is missing", where=str(package.folder), remedy=_remedy(package))


def _remedy(package: Package) -> str:
    if package.source == "embedded":
        return "reinstall corpus-tools"
    if package.source == "stanza":
        return describe_ways_out(package.language)
    return "restore the file, or call write_manifest(folder) if you changed it on purpose"


def _stanza_md5(package: Package, file: str) -> str:
    code, kind, name = file.removesuffix(".pt").split("/")
    return str(_read_resources(package.folder)[code].get(kind, {}).get(name, {}).get("md5", ""))
