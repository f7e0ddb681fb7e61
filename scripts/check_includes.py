#!/usr/bin/env python3
"""Checks who includes whom.

The folders of this repository form layers, and LAYERS says which layer may
include which; docs/architecture.md shows the same table to people. FENCES keep
third-party libraries where they belong. Each violation is printed as
"file:line: rule". The exit code is 1 if there is one.

    scripts/check_includes.py [ROOT]
"""

import pathlib
import re
import sys
from typing import Iterator, NamedTuple

# Layer -> the layers it may include besides itself. A file belongs to the
# longest of these paths that it lies under.
LAYERS: dict[str, set[str]] = {
    "base": set(),
    "model": {"base"},
    "zk": {"base"},
    "coordination": {"zk", "model", "base"},
    "registrar": {"coordination", "zk", "model", "base"},
    "proto": set(),
    "console": {"base"},
    "monitor/state": {"model", "base"},
    "monitor/watch": {"monitor/state", "coordination", "zk", "model", "base"},
    "monitor/ensemble": {"monitor/state", "zk", "model", "base"},
    "monitor/control": {"monitor/state", "coordination", "zk", "model", "base"},
    "monitor/rpc": {"monitor/state", "monitor/control", "proto", "model", "base"},
    "monitor/http": {"console", "monitor/state", "monitor/control", "model", "base"},
    "monitor/metrics": {"monitor/state", "monitor/control", "model", "base"},
    "monitor/gateway": {
        "monitor/http",
        "monitor/rpc",
        "monitor/control",
        "monitor/state",
        "proto",
        "model",
        "base",
    },
    "cli": {"proto", "base"},
}
# monitor/*.cc: the wiring of rosterd. Nothing inside includes it.
LAYERS["monitor"] = {
    layer
    for layer in LAYERS
    if layer.startswith("monitor/") or layer in ("coordination", "zk", "proto", "console", "model", "base")
}
# The ends of the arrows: they may include everything except each other.
LAYERS["examples"] = {"registrar", "coordination", "model", "base"}
LAYERS["tests"] = set(LAYERS)
LAYERS["bench"] = set(LAYERS)  # its programs use the test servers too


class Fence(NamedTuple):
    """A third-party library, by its include prefixes, and who may use it."""

    prefixes: tuple[str, ...]
    allowed: tuple[str, ...]  # folders or files
    rule: str
    in_headers: bool = True


FENCES = [
    Fence(
        ("zookeeper/",),
        ("zk", "tests/unit/zk", "bench"),
        "only zk/ knows the ZooKeeper C client (and bench/, whose floor it is)",
    ),
    Fence(
        ("grpcpp/", "grpc/", "google/protobuf/"),
        ("proto", "monitor/rpc", "monitor/gateway", "cli", "tests", "bench"),
        "gRPC and protobuf belong to monitor/rpc, monitor/gateway and cli",
    ),
    Fence(
        ("prometheus/",),
        ("monitor/metrics", "tests", "bench"),
        "prometheus belongs to monitor/metrics",
    ),
    Fence(
        ("boost/beast",),
        ("monitor/http", "coordination/http_get.cc", "tests"),
        "Boost.Beast belongs to monitor/http and coordination/http_get.cc",
        in_headers=False,
    ),
    Fence(
        ("boost/asio",),
        ("base", "zk", "coordination/http_get.cc", "monitor", "tests", "bench"),
        "Boost.Asio stays in the .cc files of base, zk, monitor, and coordination/http_get.cc",
        in_headers=False,
    ),
    Fence(
        ("spdlog/",),
        ("monitor/logging.cc", "monitor/logging.h"),
        "libraries log through base/log.h; spdlog belongs to monitor/logging.cc",
    ),
    Fence(
        ("CLI/",),
        ("monitor", "cli", "examples", "bench", "tests/e2e/drain_member.cc"),
        "flags are the business of programs",
    ),
]

# Quoted includes that are made by the build: path prefix -> its layer.
GENERATED = {"roster/v1/": "proto", "google/rpc/": "proto"}

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
_SOURCES = {".h", ".cc"}


class Problem(NamedTuple):
    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}"


def layer_of(path: str) -> str | None:
    """The layer of a file, given relative to the root."""
    for prefix, layer in GENERATED.items():
        if path.startswith(prefix):
            return layer
    folder = path.rpartition("/")[0]
    while folder:
        if folder in LAYERS:
            return folder
        folder = folder.rpartition("/")[0]
    return None


def _is_under(path: str, allowed: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in allowed)


def sources(root: pathlib.Path) -> Iterator[str]:
    """All C++ files of the layers, and those that lie outside of them."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.suffix not in _SOURCES or not path.is_file():
            continue
        if relative.parts[0] in ("build", ".git") or "node_modules" in relative.parts:
            continue
        yield relative.as_posix()


def _check_include(path: str, layer: str, target: str, root: pathlib.Path) -> Iterator[str]:
    for fence in FENCES:
        if not target.startswith(fence.prefixes):
            continue
        if not _is_under(path, fence.allowed):
            yield f"{fence.rule}: {target}"
        elif path.endswith(".h") and not fence.in_headers:
            yield f"{fence.rule}, never in headers: {target}"
        return
    target_layer = layer_of(target)
    if target_layer is None:
        # Ours all the same? Then it was not named from the root.
        if ((root / path).parent / target).exists():
            yield f'name it from the root of the repository: "{target}"'
        return
    if target_layer != layer and target_layer not in LAYERS[layer]:
        may = ", ".join(sorted(LAYERS[layer])) or "nothing"
        yield f"{layer} may not include {target_layer} ({target}); it may: {may}"


def check(root: pathlib.Path) -> list[Problem]:
    problems = []
    for path in sources(root):
        layer = layer_of(path)
        if layer is None:
            problems.append(Problem(path, 1, "lies in no layer of scripts/check_includes.py"))
            continue
        text = (root / path).read_text(encoding="utf-8")
        if path.endswith(".h") and "#pragma once" not in text:
            problems.append(Problem(path, 1, "has no #pragma once"))
        for number, line in enumerate(text.splitlines(), start=1):
            match = _INCLUDE.match(line)
            if match:
                target = match.group(1) or match.group(2)
                for rule in _check_include(path, layer, target, root):
                    problems.append(Problem(path, number, rule))
    return problems


def main(arguments: list[str]) -> int:
    root = pathlib.Path(arguments[1]) if len(arguments) > 1 else pathlib.Path(__file__).parents[1]
    problems = check(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
