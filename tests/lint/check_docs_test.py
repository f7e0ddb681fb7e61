"""Tests of scripts/check_docs.py on small trees."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))

import check_docs  # noqa: E402  (needs the path above)


class CheckDocsTest(unittest.TestCase):
    def check(self, files: dict[str, str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                target = pathlib.Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return check_docs.check(pathlib.Path(folder))

    def test_accepts_what_is_there(self) -> None:
        self.assertEqual(
            self.check({
                "a.md": "[b](docs/b.md#second-part) ![p](docs/p.png) [d](docs/) [me](#one)\n\n# One\n",
                "docs/b.md": "# Second: part!\n[up](../a.md) [site](https://example.org/x#y)\n",
                "docs/p.png": "",
            }),
            [],
        )

    def test_finds_missing_files_and_headings(self) -> None:
        self.assertEqual(
            self.check({"a.md": "\n[x](b.md)\n[y](#two)\n# One\n"}),
            ["a.md:2: leads nowhere: b.md", "a.md:3: no such heading: #two"],
        )

    def test_reads_no_links_in_code(self) -> None:
        self.assertEqual(self.check({"a.md": "`[x](y)`\n```\n[x](y)\n```\n"}), [])

    def test_counts_equal_headings(self) -> None:
        page = "# Same\n## Same\n[first](#same) [second](#same-1) [third](#same-2)\n"
        self.assertEqual(len(self.check({"a.md": page})), 1)

    def test_knows_headings_in_chinese(self) -> None:
        self.assertEqual(self.check({"a.md": "# 快速开始\n[x](#快速开始)\n"}), [])

    def test_twins_agree_but_for_words_and_comments(self) -> None:
        english = "# Roster\n[中文](README.zh.md)\n```\nrun me   # now\n```\n"
        chinese = "# 名册\n[English](README.md)\n```\nrun me   # 现在\n```\n"
        self.assertEqual(self.check({"README.md": english, "README.zh.md": chinese}), [])
        for other in ("run you", "run me\nand me"):
            self.assertEqual(
                len(self.check({"README.md": english,
                                "README.zh.md": chinese.replace("run me", other)})),
                1,
            )
        self.assertEqual(
            len(self.check({"README.md": english, "README.zh.md": chinese + "## 更多\n"})), 1
        )


if __name__ == "__main__":
    unittest.main()
