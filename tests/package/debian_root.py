#!/usr/bin/env python3
"""Makes a clean Debian 12 in a tar file, from where this machine's apt gets its
own packages:

    debian_root.py FILE

Tests that are given one by ROSTER_DEBIAN_ROOT take that. Needs root.
"""
import os
import pathlib
import subprocess
import sys


def sources():
    """Where this machine gets Debian from, and nothing else that it uses."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
         "Created-By: Packages", "Origin: Debian"],
        capture_output=True, text=True, check=True).stdout
    if not listed:
        raise SystemExit("debian_root: apt knows no Debian; run apt-get update")
    return "\n".join(sorted(set(listed.splitlines()))) + "\n"


def make(tar):
    # As in Docker's images: who installs into a folder to be thrown away does not
    # wait for the disk after every file.
    done = subprocess.run(
        ["mmdebstrap", "--variant=apt", "--dpkgopt=force-unsafe-io", "bookworm", tar, "-"],
        input=sources(), capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"debian_root: {' '.join(map(str, done.args))}: {done.stderr}")


def tar_file(folder):
    """The one that was made already, or a new one in `folder`."""
    if given := os.environ.get("ROSTER_DEBIAN_ROOT"):
        return pathlib.Path(given)
    made = folder / "debian.tar"
    make(made)
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    make(sys.argv[1])
