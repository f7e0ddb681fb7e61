#!/usr/bin/env python3
"""Compiles the whole programs that docs/embedding.md shows, as far as their
syntax and types go: each ```c and ```cpp block that has a main().

    check_doc_code.py C_COMPILER CXX_COMPILER
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "docs/embedding.md"


def main(compilers: dict[str, list[str]]) -> int:
    failed = count = 0
    with tempfile.TemporaryDirectory() as folder:
        # As the headers are installed: those of C++ lie in folders of roster/.
        include = pathlib.Path(folder, "include")
        (include / "roster").mkdir(parents=True)
        for part in ("base", "model", "zk", "coordination", "registrar"):
            (include / "roster" / part).symlink_to(ROOT / part)
        flags = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                 f"-I{include}", f"-I{ROOT / 'registrar/c'}", f"-I{ROOT}"]
        for language, code in re.findall(r"^```(c|cpp)\n(.*?)^```", PAGE.read_text(), re.M | re.S):
            if "int main(" not in code:
                continue
            count += 1
            file = pathlib.Path(folder, f"{count}.{language}")
            file.write_text(code, encoding="utf-8")
            if subprocess.run([*compilers[language], *flags, file], check=False).returncode:
                failed += 1
                print(f"{PAGE.relative_to(ROOT)}: program {count} does not compile")
    if count < 2:
        print(f"{PAGE.relative_to(ROOT)}: there should be programs in C and C++")
    return 1 if failed or count < 2 else 0


if __name__ == "__main__":
    sys.exit(main({"c": [sys.argv[1], "-std=c99"], "cpp": [sys.argv[2], "-std=c++20"]}))
