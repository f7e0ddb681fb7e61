#!/usr/bin/env python3
"""Builds the image of the Dockerfile with buildah, and runs it.

    image_test.py

There is no registry to pull a base image from, so it is made of debian_root.py's
Debian. All of the release is compiled in it, but for what this machine's ccache
has. Needs root: buildah runs steps by chroot.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import debian_root
from debian_test import harness, run, until

ROOT = pathlib.Path(__file__).resolve().parents[2]
USER = "65532"


class ImageTest(unittest.TestCase):
    """In the order of their names: each goes on where the one before ended."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="roster-image-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.buildah("from", "--name", "base", "scratch")
        cls.buildah("add", "base", debian_root.tar_file(cls.folder), "/")
        cls.buildah("commit", "base", "bookworm")
        # The cache that the Dockerfile mounts is that of this machine; this is where
        # Debian's buildah looks for it.
        caches = cls.folder / "buildah-cache"
        caches.mkdir()
        ccache = run("ccache", "--get-config", "cache_dir").stdout.strip()
        (caches / "roster-ccache").symlink_to(ccache)
        # Not the folder itself: what was built there is much, and is looked through.
        cls.context = cls.folder / "context"
        cls.context.mkdir()
        listed = run("git", "-C", ROOT, "ls-files", "-co", "--exclude-standard").stdout
        run("tar", "-C", ROOT, "-cf", cls.folder / "context.tar", "--ignore-failed-read", "-T", "-",
            input=listed)
        run("tar", "-C", cls.context, "-xf", cls.folder / "context.tar")

    @classmethod
    def buildah(cls, *argv):
        return run("buildah", "--storage-driver", "vfs", "--root", cls.folder / "storage",
                   "--runroot", cls.folder / "run", *argv,
                   env={**os.environ, "TMPDIR": str(cls.folder)}).stdout

    def test_1_is_built(self):
        self.buildah("bud", "--format", "docker", "--isolation", "chroot", "--network", "host",
                     "--build-arg", "BASE=localhost/bookworm", "-t", "rosterd", self.context)

    def test_2_agrees_with_the_chart(self):
        config = json.loads(self.buildah("inspect", "--type", "image", "rosterd"))["Docker"]["config"]
        self.assertEqual(config["User"], f"{USER}:{USER}")
        self.assertEqual(config["Entrypoint"], ["rosterd"])
        self.assertEqual(sorted(config["ExposedPorts"]), ["7470/tcp", "7471/tcp"])
        self.assertEqual(config["Healthcheck"]["Test"], ["CMD", "/usr/share/roster/probe"])
        values = (ROOT / "helm/roster/values.yaml").read_text()
        for line in (f"runAsUser: {USER}", f"runAsGroup: {USER}", "grpcPort: 7470",
                     "httpPort: 7471"):
            self.assertIn(line, values)
        deployment = (ROOT / "helm/roster/templates/deployment.yaml").read_text()
        self.assertIn("command: [rosterd]", deployment)

    def test_3_runs_and_answers_its_probe(self):
        port, http = harness.free_port(), harness.free_port()
        server = harness.start_zookeeper(self.folder, port)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.buildah("from", "--name", "running", "localhost/rosterd")
        # A file system of its own, the network of this machine.
        mounted = pathlib.Path(self.buildah("mount", "running").strip())

        def inside(*argv):
            return ["chroot", f"--userspec={USER}:{USER}", mounted, "env", "-i",
                    "PATH=/usr/bin:/bin", f"ROSTER_PROBE=127.0.0.1:{http}", *argv]
        self.assertNotEqual(run(*inside("/usr/share/roster/probe"), ok=False).returncode, 0)
        grpc = harness.free_port()
        daemon = subprocess.Popen(
            inside("rosterd", "--zookeeper", f"127.0.0.1:{port}", "--grpc-listen",
                   f"127.0.0.1:{grpc}", "--http-listen", f"127.0.0.1:{http}"),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(daemon.stdout.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        until("the probe says yes",
              lambda: run(*inside("/usr/share/roster/probe"), ok=False).returncode == 0)
        until("rosterctl sees a live view",
              lambda: '"connected": true' in run(*inside(
                  "rosterctl", "--endpoint", f"127.0.0.1:{grpc}", "status", "-o", "json"),
                  ok=False).stdout)
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(30), 0, daemon.stdout.read())


if __name__ == "__main__":
    if os.geteuid() != 0:
        raise SystemExit("image_test: needs root, to run the steps of the image by chroot")
    unittest.main(verbosity=2, failfast=True)
