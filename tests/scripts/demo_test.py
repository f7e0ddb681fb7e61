#!/usr/bin/env python3
"""What scripts/demo does on Ctrl-C at a terminal."""

import os
import pathlib
import pty
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
# Like the demo's end, with a stand-in for rosterd that tells which signal it
# got. It says "ready" itself, once it would notice.
SCRIPT = r"""
set -eu
work=$1 bin=.
mkdir "$work"
. "$2/demo_lib.sh"
trap stop_all EXIT
trap 'exit 130' INT
start_apart rosterd /usr/bin/python3 -c "$4" "$3" "$work/ready"
until [[ -e $work/ready ]]; do sleep 0.1; done
echo ready
while kill -0 "${pids[rosterd]}" 2>/dev/null; do sleep 1; done
fail "rosterd has ended"
"""
# Like rosterd, it heeds SIGINT although it was started with that ignored.
STAND_IN = """
import pathlib, signal, sys
def end(number, frame):
    with open(sys.argv[1], "a") as heard:
        heard.write(signal.Signals(number).name + " ")
    if number == signal.SIGTERM:
        sys.exit()
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[2]).touch()
while True:
    signal.pause()
"""


class CtrlCTest(unittest.TestCase):
    def test_rosterd_is_stopped_by_the_script_and_not_by_the_terminal(self):
        with tempfile.TemporaryDirectory() as folder:
            work, signal = f"{folder}/work", f"{folder}/signal"
            child, terminal = pty.fork()
            if child == 0:
                os.execvp("bash", ["bash", "-c", SCRIPT, "demo", work, str(SCRIPTS), signal, STAND_IN])
            shown = b""
            while b"ready" not in shown:
                shown += os.read(terminal, 1000)
            os.write(terminal, b"\x03")
            try:
                while more := os.read(terminal, 1000):
                    shown += more
            except OSError:  # the terminal's other end is closed
                pass
            os.close(terminal)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            self.assertEqual(code, 130, shown)
            self.assertNotIn(b"has ended", shown)
            self.assertEqual(pathlib.Path(signal).read_text(), "SIGTERM ")


if __name__ == "__main__":
    unittest.main()
