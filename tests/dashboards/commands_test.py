#!/usr/bin/env python3
"""Holds the commands of the runbooks, and of the pages for who is new, against
the real rosterctl: who is called at night copies them.

    commands_test.py DIRECTORY-OF-BINARIES
"""

import functools
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


@functools.cache
def help_of(rosterctl, words):
    """The help of a command; None if there is no such command."""
    result = subprocess.run([rosterctl, *words, "--help"], capture_output=True, text=True, timeout=30)
    known = result.returncode == 0 and f"rosterctl {' '.join(words)} " in result.stdout
    return result.stdout if known else None


def commands(text):
    """Commands in fences and in backticks, without comments and pipes."""
    for line in re.findall(r"^(rosterctl .*)$", text, re.M) + re.findall(r"`(rosterctl [^`]*)`", text):
        yield re.split(r"\s+#|\s\|", line)[0]


def problem_of(rosterctl, command):
    words = command.split()[1:]
    general = help_of(rosterctl, ()) or subprocess.run(
        [rosterctl, "--help"], capture_output=True, text=True, timeout=30).stdout
    while words and words[0].startswith("--"):  # flags of every command
        if words[0] not in general:
            return f"unknown flag {words[0]}"
        words = words[2:]
    found = help_of(rosterctl, tuple(words[:1]))
    if found and "Subcommands:" in found:
        found = help_of(rosterctl, tuple(words[:2]))
    if found is None:
        return "no such command"
    for flag in re.findall(r"(?<=\s)(--?[a-z-]+)", re.sub(r"'[^']*'", "''", command)):
        if not re.search(rf"(^|[\s,]){re.escape(flag)}\b", found) and flag not in general:
            return f"unknown flag {flag}"
    return ""


def main():
    rosterctl = str(pathlib.Path(sys.argv[1]) / "rosterctl")
    count = bad = 0
    assert problem_of(rosterctl, "rosterctl mebmers"), "a misspelt command would not be found"
    assert problem_of(rosterctl, "rosterctl policy gett"), "nor a misspelt second word"
    assert problem_of(rosterctl, "rosterctl members --nothing"), "a misspelt flag would not be found"
    pages = [ROOT / "README.md", ROOT / "docs/quick-start.md", ROOT / "docs/embedding.md"]
    for path in pages + sorted((ROOT / "docs/operations").rglob("*.md")):
        for command in commands(path.read_text(encoding="utf-8")):
            count += 1
            problem = problem_of(rosterctl, command)
            if problem:
                bad += 1
                print(f"{path.relative_to(ROOT)}: {command}: {problem}")
    print(f"{count} commands")
    return 1 if bad or count < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
