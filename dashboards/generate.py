#!/usr/bin/env python3
"""Writes the Grafana dashboards, dashboards/grafana/*.json, from
dashboards/source/*.py.

    generate.py           writes them
    generate.py --check   writes nothing; exits with 1 if one is not up to date

The JSON is committed: who uses the dashboards needs nothing but the files.
"""

import argparse
import importlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ["cluster", "member", "progress", "control", "rosterd", "zookeeper"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", action="store_true",
                        help="only say whether they are up to date")
    check = parser.parse_args().check
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(HERE / "source"))
    files = {}
    for name in NAMES:
        document = importlib.import_module(name).build()
        files[HERE / "grafana" / f"{document['uid']}.json"] = (
            json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    stale = False
    for path in sorted(set(files) | set((HERE / "grafana").glob("*.json"))):
        new = files.get(path)
        old = path.read_text(encoding="utf-8") if path.exists() else None
        if new == old:
            continue
        stale = True
        if check:
            print(f"{path.relative_to(HERE.parent)} is not up to date: run dashboards/generate.py")
        elif new is None:
            path.unlink()
        else:
            path.write_text(new, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
