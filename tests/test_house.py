"""The house: imports only go down the floors, the public face is lazy and complete, every command is told of."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

import corpus_tools

FLOORS = (
    ("cli",),
    ("notebook",),
    ("reporting",),
    ("evaluation",),
    ("learning", "agreement", "explore"),
    ("render",),
    ("language",),
    ("annotation",),
    ("text",),
)
"""From the top. Floors of one level are neighbours."""
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}
PACKAGE = Path(corpus_tools.__file__).parent
ENTRANCES = ("__init__.py", "__main__.py", "_version.py")
"""Files above all floors: the public face and the way in."""


@cache
def imported_modules(file: Path) -> tuple[tuple[str, int], ...]:
    """Every module that a file imports, also inside functions and under TYPE_CHECKING, in full, with its line."""
    return tuple(walk_imports(file))


def walk_imports(file: Path) -> Iterator[tuple[str, int]]:
    module = ["corpus_tools", *file.relative_to(PACKAGE).with_suffix("").parts]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parent = module[: len(module) - node.level]
                base = ".".join([*parent, *([node.module] if node.module else [])])
            yield base, node.lineno
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def floor_files() -> list[Path]:
    return sorted(f for f in PACKAGE.rglob("*.py") if f.relative_to(PACKAGE).parts[0] not in ENTRANCES)


def broken_rules(file: Path) -> list[str]:
    """What a file imports that it must not."""
    own = file.relative_to(PACKAGE).parts[0]
    broken = []
    for name, line in imported_modules(file):
        parts = name.split(".")
        if parts[0] != "corpus_tools":
            continue
        if len(parts) == 1:
            broken.append(f"{file.name}:{line} imports the public face; import from the floor")
        elif parts[1] in LEVEL and parts[1] != own and LEVEL[parts[1]] <= LEVEL[own]:
            broken.append(f"{file.name}:{line} {own} imports {name}")
    return broken


def test_every_floor_is_in_the_plan():
    there = {f.relative_to(PACKAGE).parts[0] for f in floor_files()}
    assert there <= set(LEVEL), "a new floor needs its place in DESIGN.md and here"
    assert {
        "cli",
        "reporting",
        "evaluation",
        "learning",
        "agreement",
        "render",
        "language",
        "annotation",
        "text",
    } <= there


def test_imports_only_go_down():
    files = floor_files()
    assert len(files) > 50
    allowed = "the public face; import from the floor"
    broken = [rule for file in files for rule in broken_rules(file) if allowed not in rule]
    assert not broken


def test_floors_do_not_import_the_public_face():
    """`from corpus_tools import X` inside the house would make every floor know every other."""
    for file in floor_files():
        names = [n for n, _ in imported_modules(file)]
        public = set(names) & {f"corpus_tools.{name}" for name in corpus_tools.__all__}
        assert not public, f"{file.relative_to(PACKAGE)} imports {sorted(public)}"


@pytest.mark.parametrize(
    ("floor", "code", "broken"),
    [
        ("learning", "from corpus_tools.agreement.table import measure_agreement", True),
        ("agreement", "def f():\n    from corpus_tools.learning import units", True),
        ("text", "import corpus_tools.annotation.store", True),
        ("text", "from corpus_tools import annotation", True),
        ("render", "from ..learning import units", True),
        ("learning", "from .units import units", False),
        ("learning", "from ..text.span import Span", False),
        ("cli", "from corpus_tools.text.span import Span", False),
        ("explore", "if True:\n    import corpus_tools.learning.units as u", True),
    ],
)
def test_the_rule_itself_finds_what_breaks_it(tmp_path, monkeypatch, floor, code, broken):
    file = tmp_path / floor / "room.py"
    file.parent.mkdir()
    file.write_text(code, "utf-8")
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    assert any(floor in rule for rule in broken_rules(file) if "public face" not in rule) == broken


def test_the_public_names_resolve():
    assert len(set(corpus_tools.__all__)) == len(corpus_tools.__all__)
    for name in corpus_tools.__all__:
        value = getattr(corpus_tools, name)
        home = corpus_tools._HOMES.get(name)
        if home is not None:
            assert value is getattr(importlib.import_module(f"corpus_tools.{home}"), name)
    assert set(corpus_tools.__all__) <= set(dir(corpus_tools))


def test_the_public_face_has_the_names_of_the_design():
    promised = (
        "Annotation AnnotationStore Article Codebook Corpus CueDetector Frame FrameDetector Gold Implicit InputError "
        "Parse Parses Slot Span Stance StanceDetector evaluate measure_agreement parse run units units_from_texts"
    )
    assert set(promised.split()) <= set(corpus_tools.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Artikel'"):
        corpus_tools.Artikel  # noqa: B018 - reading the attribute is the test


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONWARNINGS": ""},
    )


@pytest.mark.parametrize("statement", ["import corpus_tools", "import corpus_tools.cli"])
def test_importing_is_light(statement):
    heavy = ("torch", "stanza", "sklearn", "pandas", "numpy", "scipy", "pyarrow", "skops")
    done = run_python(f"import sys\n{statement}\nprint([name for name in {heavy!r} if name in sys.modules])")
    assert done.stdout.strip() == "[]"


def test_importing_prints_nothing_and_leaves_the_random_state_alone():
    done = run_python("import random; a = random.getstate(); import corpus_tools; assert random.getstate() == a")
    assert done.stdout == done.stderr == ""


def command_names(group: click.Group, before: str = "") -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        yield f"{before}{name}"
        if isinstance(command, click.Group):
            yield from command_names(command, f"{before}{name} ")


def test_every_command_is_in_the_readme(root):
    from corpus_tools.cli import cli

    names = list(command_names(cli))
    assert {"run", "parse", "validate", "agreement", "train", "detect", "evaluate", "models path"} <= set(names)
    readme = (root / "README.md").read_text("utf-8")
    missing = [name for name in names if f"corpus-tools {name}" not in readme]
    assert not missing


def test_every_command_says_what_it_does():
    from corpus_tools.cli import cli

    def walk(group):
        for command in group.commands.values():
            yield command
            if isinstance(command, click.Group):
                yield from walk(command)

    assert all(command.help for command in walk(cli))
