#!/usr/bin/env python3
"""Checks the Markdown pages: links, and that README.md and its Chinese twin say
the same.

    scripts/check_docs.py [FOLDER]

Links: every relative one leads to a file or folder that is there, and every
"#anchor" to a heading, by GitHub's rules for their names. Addresses of other
sites are not looked at. Twins: the same headings by number and level, the same
code but for comments, and the same targets of links, in the same order.
Pictures drawn in letters are left to each language.

Problems are printed as "file:line: what"; the exit code is 1 if there is one.
"""

import dataclasses
import pathlib
import re
import subprocess
import sys
import urllib.parse

TWINS = ("README.md", "README.zh.md")

FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s+(\S+)")
CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
PICTURE = re.compile(r"[│─┌┐└┘├┤▶◀]")
COMMENT = re.compile(r"\s*(?:(?<!\S)#|//)(?!\S*include).*$")


@dataclasses.dataclass
class Page:
    headings: list[tuple[int, str]]  # level, text
    links: list[tuple[int, str]]  # line, target
    code: list[str]  # lines of fenced blocks, without comments

    def anchors(self) -> set[str]:
        found: dict[str, int] = {}
        names = set()
        for _, text in self.headings:
            name = slug(text)
            count = found.get(name, 0)
            found[name] = count + 1
            names.add(f"{name}-{count}" if count else name)
        return names


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    text = re.sub(r"[^\w\- ]", "", text.strip().lower())
    return text.replace(" ", "-")


def read(text: str) -> Page:
    page = Page([], [], [])
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
            elif PICTURE.search(line):
                continue
            elif code := COMMENT.sub("", line).rstrip():
                page.code.append(code)
            continue
        if mark:
            fence = mark[1]
            continue
        if heading := HEADING.match(line):
            page.headings.append((len(heading[1]), heading[2]))
        prose = CODE_SPAN.sub(lambda span: "x" * len(span[0]), line)
        if reference := REFERENCE.match(prose):
            page.links.append((number, reference[1]))
        page.links += [(number, match[1]) for match in LINK.finditer(prose)]
    return page


def is_elsewhere(target: str) -> bool:
    return bool(re.match(r"[a-z][a-z0-9+.-]*:", target))


def check_links(root: pathlib.Path, pages: dict[pathlib.Path, Page]) -> list[str]:
    problems = []
    for path, page in pages.items():
        for number, target in page.links:
            if is_elsewhere(target):
                continue
            file, _, anchor = urllib.parse.unquote(target).partition("#")
            there = (path.parent / file).resolve() if file else path.resolve()
            where = f"{path.relative_to(root)}:{number}"
            if not there.exists():
                problems.append(f"{where}: leads nowhere: {target}")
            elif anchor and there.suffix == ".md":
                known = pages.get(there) or read(there.read_text(encoding="utf-8"))
                if anchor not in known.anchors():
                    problems.append(f"{where}: no such heading: {target}")
    return problems


def check_twins(root: pathlib.Path, pages: dict[pathlib.Path, Page]) -> list[str]:
    pair = [pages.get((root / name).resolve()) for name in TWINS]
    if None in pair:
        return []
    problems = []

    def compare(what: str, first: list, second: list) -> None:
        for a, b in zip(first + [None] * len(second), second + [None] * len(first)):
            if a is None and b is None:
                return
            if a != b:
                problems.append(f"{TWINS[1]}: {what} differ from {TWINS[0]}: {b!r} for {a!r}")
                return

    compare("levels of headings", *[[level for level, _ in page.headings] for page in pair])
    compare("lines of code", *[page.code for page in pair])
    # Each links to the other.
    compare(
        "links",
        *[[t for _, t in page.links if t not in TWINS] for page in pair],
    )
    return problems


def markdown(root: pathlib.Path) -> list[pathlib.Path]:
    """What git tracks or would track; every page where there is no git."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=root, capture_output=True, text=True, check=False,
    )
    if listing.returncode == 0:
        names = [root / name for name in listing.stdout.split("\0") if name]
    else:
        names = sorted(root.rglob("*.md"))
    return [name.resolve() for name in names if name.is_file()]


def check(root: pathlib.Path) -> list[str]:
    root = root.resolve()
    pages = {path: read(path.read_text(encoding="utf-8")) for path in markdown(root)}
    return check_links(root, pages) + check_twins(root, pages)


def main(arguments: list[str]) -> int:
    root = pathlib.Path(arguments[1]) if len(arguments) > 1 else pathlib.Path(__file__).parents[1]
    problems = check(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
