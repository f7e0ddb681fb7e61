#!/usr/bin/env python3
"""Installs, runs, removes and purges the Debian packages in a clean Debian.

    debian_test.py DIRECTORY-OF-PACKAGES

The clean Debian is that of debian_root.py, entered with chroot, so this needs
root. ZooKeeper runs outside, on loopback.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "bench"))
import debian_root  # noqa: E402
import harness  # noqa: E402

from kazoo.client import KazooClient  # noqa: E402

PACKAGES = ["libroster-dev", "libroster0", "rosterctl", "rosterd"]
NOBODY = "65534:65534"
# What apt, dpkg and ldconfig keep for themselves.
OTHERS = re.compile(r"/(proc|sys|dev|run|tmp)(/|$)|/var/(cache|log|lib/(apt|dpkg|systemd))(/|$)"
                    r"|/etc/(ld\.so\.cache|resolv\.conf|hosts|mtab)$")


def run(*argv, ok=True, **options):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, **options)
    if ok and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, argv))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def until(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not in time: {what}")
        time.sleep(0.05)
    return value


class Root:
    """A clean Debian in a folder."""

    def __init__(self, folder):
        self.path = folder / "root"
        self.path.mkdir()
        run("tar", "-C", self.path, "--exclude=./dev/*", "-xf", debian_root.tar_file(folder))
        for name in ("null", "urandom"):  # all that is wanted of /dev
            run("cp", "-a", f"/dev/{name}", self.path / "dev")
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")
        # Services cannot be started in it, and nothing is to try.
        (self.path / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (self.path / "usr/sbin/policy-rc.d").chmod(0o755)

    def run(self, *argv, **options):
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}
        for name in ("http_proxy", "https_proxy", "no_proxy"):
            if name in os.environ:
                env[name] = os.environ[name]
        return run("chroot", self.path, *argv, env=env, **options)

    def start(self, *argv):
        """As nobody, whom no file belongs to."""
        return subprocess.Popen(["chroot", f"--userspec={NOBODY}", self.path, *argv],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def files(self):
        found = set()
        for folder, folders, names in os.walk(self.path):
            inside = "/" + os.path.relpath(folder, self.path).removeprefix(".")
            for name in folders + names:
                path = os.path.join(inside, name)
                if not OTHERS.search(path):
                    found.add(path)
        return found


class DebianTest(unittest.TestCase):
    """In the order of their names: each goes on where the one before ended."""

    @classmethod
    def setUpClass(cls):
        cls.packages = {}
        for deb in sorted(pathlib.Path(sys.argv[1]).resolve().glob("*.deb")):
            cls.packages[deb.name.split("_")[0]] = deb
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="roster-debian-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.root = Root(cls.folder)
        cls.before = cls.root.files()
        port = harness.free_port()
        server = harness.start_zookeeper(cls.folder, port)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.zookeeper = f"127.0.0.1:{port}"

    def test_1_lintian_has_no_complaint(self):
        self.assertEqual(sorted(self.packages), PACKAGES)
        done = run("lintian", "--allow-root", "--tag-display-limit", "0", "--fail-on",
                   "error,warning", *self.packages.values(), ok=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_1_the_library_has_what_its_package_promises(self):
        tree = self.folder / "runtime"
        run("dpkg-deb", "-R", self.packages["libroster0"], tree)
        library = next(tree.glob("usr/lib/*/libroster.so.0"))
        # Level 4: neither less nor more.
        run("dpkg-gensymbols", "-plibroster0", "-v0.1.0", "-c4", f"-I{tree}/DEBIAN/symbols",
            f"-e{library}", "-O/dev/null", cwd=self.folder)

    def test_2_installs_with_what_it_depends_on(self):
        place = self.root.path / "var/cache/roster"
        place.mkdir()
        # Not the development package: it brings compilers' things.
        for name in ("libroster0", "rosterctl", "rosterd"):
            shutil.copy(self.packages[name], place)
        self.root.run("apt-get", "update", "-qq")
        self.root.run("apt-get", "install", "-y", "-qq", "--no-install-recommends",
                      *[f"/var/cache/roster/{self.packages[name].name}"
                        for name in ("libroster0", "rosterctl", "rosterd")])
        self.assertIn("rosterd 0.", self.root.run("rosterd", "--version").stdout)
        self.assertIn("rosterctl 0.", self.root.run("rosterctl", "--version").stdout)
        enabled = self.root.path / "etc/systemd/system/multi-user.target.wants/rosterd.service"
        self.assertTrue(enabled.is_symlink())

    def test_3_documents_are_there(self):
        for page in ("man1/rosterctl.1", "man8/rosterd.8", "man5/rosterd.yaml.5"):
            # minbase leaves manual pages out when it unpacks; the package has them
            listed = self.root.run("dpkg", "-L", "rosterd", "rosterctl").stdout
            self.assertIn(f"/usr/share/man/{page}.gz", listed)
        for path in ("roster/grafana/roster-cluster.json", "roster/prometheus/roster_alerts.yaml",
                     "doc/rosterd/operations/runbooks/RosterNoLeader.md"):
            self.assertIn(f"/usr/share/{path}\n", listed)
        for shell in ("bash-completion/completions/rosterctl", "zsh/vendor-completions/_rosterctl",
                      "fish/vendor_completions.d/rosterctl.fish"):
            self.assertIn("rosterctl", (self.root.path / "usr/share" / shell).read_text())

    def test_4_runs_with_its_default_configuration(self):
        # As systemd would.
        data = self.root.path / "var/lib/rosterd"
        data.mkdir(mode=0o700)
        shutil.chown(data, *map(int, NOBODY.split(":")))
        addresses = self.root.path / "tmp/addresses.json"
        daemon = self.root.start(
            "rosterd", "--config", "/etc/roster/rosterd.yaml", "--zookeeper", self.zookeeper,
            "--grpc-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0",
            "--address-file", "/tmp/addresses.json")
        self.addCleanup(daemon.stdout.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        until("rosterd says where it listens", addresses.exists)
        endpoint = json.loads(addresses.read_text())["grpc"][0]
        member = KazooClient(self.zookeeper)
        member.start()
        self.addCleanup(member.stop)
        member.create("/clusterServer/plain", b"", ephemeral=True, makepath=True)

        def seen():
            done = self.root.run("rosterctl", "--endpoint", endpoint, "members", "-o", "name",
                                 ok=False)
            return done.stdout.split()
        until("rosterctl shows the member", lambda: seen() == ["plain"])

        program = self.outsider()
        shutil.copy(program, self.root.path / "tmp/outsider")
        outsider = self.root.start("/tmp/outsider", self.zookeeper, "outsider")
        self.addCleanup(outsider.stdout.close)
        self.addCleanup(outsider.kill)
        until("a program with libroster0 is a member", lambda: seen() == ["outsider", "plain"])
        outsider.send_signal(signal.SIGTERM)
        self.assertEqual(outsider.wait(15), 0)
        until("who leads is kept", lambda: list(data.iterdir()))
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(30), 0, daemon.stdout.read())

    def outsider(self):
        """The consumer in C, compiled against what is in the packages alone."""
        tree = self.folder / "tree"
        for name in ("libroster0", "libroster-dev"):
            run("dpkg-deb", "-x", self.packages[name], tree)
        lib = next(tree.glob("usr/lib/*/libroster.so")).parent
        flags = run("pkg-config", "--cflags", "--libs", "roster",
                    env={**os.environ, "PKG_CONFIG_PATH": f"{lib}/pkgconfig"}).stdout.split()
        program = self.folder / "outsider"
        run("cc", "-std=c99", "-D_POSIX_C_SOURCE=200809L", HERE / "consumer/consumer.c",
            "-o", program, *flags)
        return program

    def test_5_the_unit_is_hardened(self):
        unit = self.root.path / "lib/systemd/system/rosterd.service"
        done = run("systemd-analyze", "security", "--no-pager", "--offline=true",
                   "--threshold=15", unit, ok=False)
        last = done.stdout.strip().splitlines()[-1]
        print(last)
        self.assertEqual(done.returncode, 0, done.stdout)
        checked = run("systemd-analyze", "verify", "--man=no", f"--root={self.root.path}",
                      "rosterd.service", ok=False)
        # The clean Debian has no systemd, hence none of its targets.
        complaints = [line for line in checked.stderr.splitlines()
                      if "rosterd" in line and "Failed to create" not in line]
        self.assertEqual(complaints, [])

    def test_6_an_upgrade_keeps_what_was_changed(self):
        config = self.root.path / "etc/roster/rosterd.yaml"
        config.write_text(config.read_text() + "log-level: warning\n")
        self.root.run("apt-get", "install", "-y", "-qq", "--reinstall",
                      f"/var/cache/roster/{self.packages['rosterd'].name}")
        self.assertTrue(config.read_text().endswith("log-level: warning\n"))

    def test_7_a_removal_keeps_the_configuration(self):
        self.root.run("apt-get", "remove", "-y", "-qq", "rosterd", "rosterctl", "libroster0")
        self.assertFalse((self.root.path / "usr/bin/rosterd").exists())
        self.assertTrue((self.root.path / "etc/roster/rosterd.yaml").exists())

    def test_8_a_purge_leaves_nothing(self):
        self.root.run("apt-get", "purge", "-y", "-qq", "rosterd", "rosterctl", "libroster0")
        self.root.run("apt-get", "autoremove", "--purge", "-y", "-qq")
        self.assertEqual(self.root.files() - self.before, set())
        state = self.root.path / "var/lib/systemd"
        left = [str(p) for p in state.rglob("*rosterd*")] if state.exists() else []
        self.assertEqual(left, [])


if __name__ == "__main__":
    if os.geteuid() != 0:
        raise SystemExit("debian_test: needs root, to enter the clean Debian with chroot")
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    unittest.main(argv=sys.argv[:1], verbosity=2, failfast=True)
