#!/usr/bin/env python3
"""Makes a manual page: a template, filled with what the program says of itself.

    make_page.py TEMPLATE PROGRAM OUTPUT

In TEMPLATE these lines are replaced:
    @OPTIONS@   the options of PROGRAM --help
    @SETTINGS@  the same as keys of a configuration file
    @COMMANDS@  each command with its --help, and the commands below it
    @EXIT@      what --help says of exit codes
and @VERSION@ anywhere. So a page cannot lack a flag or a command.
"""
import re
import subprocess
import sys
from typing import NamedTuple


class Option(NamedTuple):
    spec: str  # "-l,--selector TEXT"
    text: str


class Help(NamedTuple):
    """What --help prints, in parts."""

    summary: str
    usage: str
    options: list[Option]  # positional ones first
    commands: list[Option]
    rest: list[str]  # lines after them: notes, examples


def ask(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [program, *arguments, "--help"], capture_output=True, text=True, check=True
    )
    return done.stdout


def read_help(text: str) -> Help:
    lines = text.rstrip().split("\n")
    usage_at = next(i for i, line in enumerate(lines) if line.startswith("Usage:"))
    options: list[Option] = []
    commands: list[Option] = []
    rest: list[str] = []
    entries: list[Option] | None = None
    for line in lines[usage_at + 1 :]:
        if line in ("Options:", "Positionals:", "Subcommands:"):
            entries = commands if line == "Subcommands:" else options
        elif entries is not None and re.match(r"  \S", line):
            spec, _, description = line.strip().partition("  ")
            entries.append(Option(spec.strip(), description.strip()))
        elif entries is not None and entries and re.match(r" {10,}\S", line):
            last = entries.pop()
            entries.append(Option(last.spec, f"{last.text} {line.strip()}".strip()))
        else:
            if line:
                entries = None
            rest.append(line)
    summary = " ".join(lines[:usage_at])
    return Help(summary, lines[usage_at][len("Usage: ") :], options, commands, rest)


def roff(text: str) -> str:
    """Plain text for troff: hyphens that can be copied, no accidental requests."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def option_entries(options: list[Option]) -> list[str]:
    out = []
    for spec, text in options:
        variable = re.search(r" \(Env:(\w+)\)", spec)
        if variable:
            spec = spec.replace(variable.group(0), "")
            text = f"{text} [{variable.group(1)}]"
        out += [".TP", f".B {roff(spec)}", roff(text[:1].upper() + text[1:] or " ")]
    return out


def settings(options: list[Option]) -> list[str]:
    as_keys = []
    for spec, text in options:
        flag = re.search(r"--([a-z-]+)", spec)
        if flag is None or flag.group(1) in ("help", "version", "config"):
            continue
        as_keys.append(Option(re.sub(r"^(-\w,)?--", "", re.sub(r" \(Env:\w+\)", "", spec)), text))
    return option_entries(as_keys)


def without_reference(rest: list[str]) -> list[str]:
    return [line for line in rest if not line.startswith("Flags of every command:")]


def rest_lines(rest: list[str]) -> list[str]:
    """Notes as paragraphs; what is indented, examples, as it stands."""
    out: list[str] = []
    in_example = False
    for line in without_reference(rest):
        if line.startswith(" ") != in_example:
            in_example = not in_example
            out += [".RS 4", ".nf"] if in_example else [".fi", ".RE"]
        if line:
            out.append(roff(line.strip() if in_example else line))
        elif not in_example and out and out[-1] != ".PP":
            out.append(".PP")
    if in_example:
        out += [".fi", ".RE"]
    while out and out[-1] == ".PP":
        out.pop()
    return out


def commands(program: str, name: str, path: list[str], listed: list[Option]) -> list[str]:
    out = []
    for command in listed:
        words = path + [command.spec.split()[0]]
        told = read_help(ask(program, *words))
        usage = told.usage.replace(" [OPTIONS]", " [OPTIONS]", 1)
        out += [f".SS {roff(name + ' ' + ' '.join(words))}", roff(told.summary + ".")]
        out += [".PP", f".B {roff(usage)}"]
        out += option_entries([o for o in told.options if not o.spec.startswith("-h,")])
        if told.rest and not told.commands:
            out += [".PP", *[l for l in rest_lines(told.rest)]]
        out += commands(program, name, words, told.commands)
    return out


def exit_codes(rest: list[str]) -> list[str]:
    text = " ".join(rest)
    found = re.search(r"Exit codes: (.*)\.", text)
    if found is None:
        raise SystemExit("--help says nothing of exit codes")
    out = []
    for code, meaning in re.findall(r"(\d+) ([^,]+)", found.group(1)):
        out += [".TP", f".B {code}", roff(meaning.strip())]
    return out


def main() -> None:
    template, program, output = sys.argv[1:]
    name = program.rpartition("/")[2]
    told = read_help(ask(program))
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    makers = {
        "@OPTIONS@": lambda: option_entries(told.options),
        "@SETTINGS@": lambda: settings(told.options),
        "@COMMANDS@": lambda: commands(program, name, [], told.commands),
        "@EXIT@": lambda: exit_codes(told.rest),
    }
    lines = []
    with open(template, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            lines += makers[line]() if line in makers else [line]
    page = "\n".join(line for line in lines if line) + "\n"
    page = page.replace("@VERSION@", version.stdout.split()[-1])
    with open(output, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main()
