#!/usr/bin/env python3
"""Writes the table of values into helm/roster/README.md, from the comments of
values.yaml that begin with "# -- ".

    readme.py           writes it
    readme.py --check   writes nothing; exits with 1 if it is not up to date
                        or a value has no comment
"""

import pathlib
import re
import sys

CHART = pathlib.Path(__file__).resolve().parent / "roster"
BEGIN, END = "<!-- values: begin -->\n", "<!-- values: end -->\n"


def rows(text):
    """(path, default, comment) of each documented value; ValueError names one
    that is not. YAML is read only as far as values.yaml uses it."""
    path, comment = [], ""
    for line in text.splitlines():
        match = re.fullmatch(r"( *)# -- (.*)", line)
        if match:
            comment = match.group(2)
            continue
        match = re.fullmatch(r"( *)([A-Za-z0-9]+):(?: (.*))?", line)
        if not match:
            continue
        indent, key, value = len(match.group(1)) // 2, match.group(2), match.group(3)
        if path and indent > path[-1][0] and path[-1][2]:
            continue  # inside a value that is documented as a whole
        del path[next((i for i, (depth, *_) in enumerate(path) if depth >= indent), len(path)):]
        path.append((indent, key, comment))
        name = ".".join(key for _, key, _ in path)
        if comment:
            yield name, value if value is not None else "see values.yaml", comment
        elif value is not None:
            raise ValueError(f"values.yaml: {name} has no comment")
        comment = ""


def main():
    readme = CHART / "README.md"
    text = readme.read_text(encoding="utf-8")
    try:
        table = "| value | default | meaning |\n|---|---|---|\n" + "".join(
            f"| `{name}` | `{default}` | {comment} |\n" for name, default, comment
            in rows((CHART / "values.yaml").read_text(encoding="utf-8")))
    except ValueError as error:
        print(error)
        return 1
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    new = text[:begin] + table + text[end:]
    if new == text:
        return 0
    if "--check" in sys.argv[1:]:
        print("helm/roster/README.md is not up to date: run helm/readme.py")
        return 1
    readme.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
