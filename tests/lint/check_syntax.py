#!/usr/bin/env python3
"""Checks the files that no compiler reads: shell, Python and JSON.

Shell scripts go through shellcheck; the others are parsed. What git tracks is
what is checked. Problems are printed as "file: why"; the exit code is 1 if
there is one.
"""

import ast
import json
import pathlib
import shutil
import subprocess
import sys


def tracked(root: pathlib.Path) -> list[pathlib.Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True
    ).stdout
    paths = [root / name for name in listing.split("\0") if name]
    # Deleted in the working tree but not yet in git.
    return [path for path in paths if path.is_file()]


def interpreter(path: pathlib.Path) -> str:
    """What the first line names: "bash", "python3", or nothing."""
    with path.open("rb") as file:
        first = file.readline(200)
    if not first.startswith(b"#!"):
        return ""
    return first.decode(errors="replace").split("/")[-1].split()[-1]


def check_python(path: pathlib.Path) -> str:
    try:
        ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except (SyntaxError, UnicodeDecodeError) as error:
        return str(error)
    return ""


def check_json(path: pathlib.Path) -> str:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return str(error)
    return ""


def check_shell(path: pathlib.Path) -> str:
    if shutil.which("shellcheck") is None:
        return "shellcheck is missing: run scripts/install-deps"
    # Below "warning" it argues about taste.
    result = subprocess.run(
        ["shellcheck", "--severity=warning", "--format=gcc", str(path)],
        capture_output=True,
        text=True,
    )
    return result.stdout.strip() if result.returncode != 0 else ""


def problem_of(path: pathlib.Path) -> str:
    program = interpreter(path)
    if path.suffix == ".py" or program.startswith("python"):
        return check_python(path)
    if path.suffix == ".sh" or program in ("bash", "sh"):
        return check_shell(path)
    if path.suffix == ".json":
        return check_json(path)
    return ""


def main() -> int:
    root = pathlib.Path(__file__).parents[2]
    failed = False
    for path in tracked(root):
        problem = problem_of(path)
        if problem:
            failed = True
            print(f"{path.relative_to(root)}: {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
