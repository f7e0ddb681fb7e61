#!/usr/bin/env python3
"""Checks the manual pages of a build: manual_pages_test.py BUILD."""
import pathlib
import re
import subprocess
import sys
import unittest

BUILD = pathlib.Path(sys.argv.pop()).resolve()
PAGES = ("rosterd.8", "rosterd.yaml.5", "rosterctl.1")


def page(name):
    """As it is shown, on one line."""
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", str(BUILD / "packaging" / name)],
                          capture_output=True, text=True, check=True,
                          env={"PATH": "/usr/bin:/bin", "MANWIDTH": "1000", "LC_ALL": "C.UTF-8",
                               "MAN_KEEP_FORMATTING": ""})
    return done.stdout, done.stderr


def help_of(program, *words):
    return subprocess.run([BUILD / "bin" / program, *words, "--help"], capture_output=True,
                          text=True, check=True).stdout


def flags(text):
    return set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.M))


def commands(text):
    part = text.partition("\nSubcommands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  ([a-z-]+)", part, re.M)


class ManualPagesTest(unittest.TestCase):
    def test_troff_has_no_complaint(self):
        for name in PAGES:
            with self.subTest(name):
                self.assertEqual(page(name)[1], "")

    def test_whatis_knows_them(self):
        for name in PAGES:
            found = subprocess.run(["lexgrog", str(BUILD / "packaging" / name)],
                                   capture_output=True, text=True, check=False)
            self.assertEqual(found.returncode, 0, name)

    def test_rosterd_has_every_flag(self):
        known = flags(help_of("rosterd"))
        self.assertGreater(len(known), 15)
        shown = page("rosterd.8")[0]
        self.assertEqual([flag for flag in sorted(known) if flag not in shown], [])
        keys = page("rosterd.yaml.5")[0]
        settings = known - {"--help", "--version", "--config"}
        self.assertEqual([f for f in sorted(settings) if f" {f[2:]} " not in keys.replace("\n", " ")], [])

    def test_rosterctl_has_every_command_with_its_flags(self):
        shown = page("rosterctl.1")[0]
        sections = re.split(r"\n   (?=rosterctl )", shown)

        def check(words):
            text = help_of("rosterctl", *words)
            if words:
                name = "rosterctl " + " ".join(words)
                mine = [s for s in sections if s.split("\n")[0].strip() == name]
                self.assertEqual(len(mine), 1, name)
                missing = [f for f in flags(text) - {"--help"} if f not in mine[0]]
                self.assertEqual(missing, [], name)
            return sum(check([*words, command]) for command in commands(text)) + 1

        self.assertGreater(check([]), 25)
        for flag in flags(help_of("rosterctl")):
            self.assertIn(flag, shown)

    def test_the_default_configuration_names_only_what_exists(self):
        text = (pathlib.Path(__file__).parents[2] / "packaging/rosterd.yaml").read_text()
        named = set(re.findall(r"^#?([a-z][a-z-]+):", text, re.M))
        self.assertGreater(len(named), 8)
        self.assertEqual(named - {flag[2:] for flag in flags(help_of("rosterd"))}, set())


if __name__ == "__main__":
    unittest.main()
