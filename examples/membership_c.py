#!/usr/bin/env python3
"""Membership in a Roster cluster from Python through libroster.so: nothing but
ctypes.

    membership_c.py NAME [--zookeeper HOST:PORT] [--library FILE] [DIRECTORY]

Joins, reports its progress in hashing the files of a directory over and over,
and obeys operators: while it is drained it finishes the file that it has and
begins none, and it goes on when it is brought online. Leaves cleanly on SIGTERM
or Ctrl-C. The headers in roster/ are the manual of what is called here.
"""
import argparse
import ctypes as c
import hashlib
import os
import signal
import sys
import threading
import time

STATE_UP = 2  # roster/status.h


class Error(c.Structure):
    _fields_ = [("code", c.c_int32), ("message", c.c_char * 252)]


class Status(c.Structure):
    """roster_status, as far as it is used here: no more is filled."""
    _fields_ = [("size", c.c_size_t), ("registered", c.c_int32), ("since_ms", c.c_int64),
                ("reason", Error), ("connection", c.c_int32), ("session_id", c.c_int64),
                ("czxid", c.c_int64), ("reported_state", c.c_int32),
                ("written_state", c.c_int32), ("applied_epoch", c.c_int64)]


class DrainRequest(c.Structure):
    """roster_drain_request, as far as it is used here: from its start."""
    _fields_ = [("size", c.c_size_t), ("epoch", c.c_int64), ("holds", c.c_void_p),
                ("hold_count", c.c_size_t), ("mode", c.c_int32), ("restart", c.c_int32),
                ("deadline_ms", c.c_int64), ("drain", c.c_void_p)]


ON_STATUS = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)
ON_DRAIN = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(DrainRequest))
ON_ONLINE = c.CFUNCTYPE(None, c.c_void_p)
LOG = c.CFUNCTYPE(None, c.c_void_p, c.c_int32, c.c_char_p)


class Options(c.Structure):
    """roster_options. A field that is left out is zero: its default."""
    _fields_ = [
        ("size", c.c_size_t), ("servers", c.c_char_p), ("name", c.c_char_p),
        ("service", c.c_char_p), ("version", c.c_char_p),
        ("endpoints", c.c_void_p), ("endpoint_count", c.c_size_t),
        ("labels", c.c_void_p), ("label_count", c.c_size_t),
        ("initial_state", c.c_int32), ("host_gauges", c.c_int32),
        ("members_path", c.c_char_p), ("state_path", c.c_char_p), ("cluster", c.c_char_p),
        ("digest_credentials", c.c_char_p), ("max_record_bytes", c.c_size_t),
        ("session_timeout_ms", c.c_int64), ("min_update_interval_ms", c.c_int64),
        ("host_gauges_interval_ms", c.c_int64),
        ("user", c.c_void_p), ("on_status", ON_STATUS), ("on_drain", ON_DRAIN),
        ("on_online", ON_ONLINE), ("log", LOG)]


def load(path):
    """The library, with the types of the functions that are called here."""
    library = c.CDLL(path)
    for name, result, *arguments in (
            ("roster_registrar_create", c.c_void_p, c.POINTER(Options), c.POINTER(Error)),
            ("roster_registrar_set_gauge", c.c_int32, c.c_void_p, c.c_char_p, c.c_double),
            ("roster_registrar_status", c.c_int32, c.c_void_p, c.POINTER(Status)),
            ("roster_registrar_destroy", c.c_int32, c.c_void_p),
            ("roster_task_start", c.c_void_p, c.c_void_p, c.c_char_p, c.c_double, c.c_char_p,
             c.c_int64),
            ("roster_task_advance", c.c_int32, c.c_void_p, c.c_double),
            ("roster_task_finish", c.c_int32, c.c_void_p, c.c_char_p),
            ("roster_task_free", None, c.c_void_p),
            ("roster_drain_copy", c.c_void_p, c.c_void_p),
            ("roster_drain_done", c.c_int32, c.c_void_p),
            ("roster_drain_free", None, c.c_void_p)):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Worker:
    """Hashes files, and stops between two of them when it is asked to."""

    def __init__(self, library):
        self.library = library
        self.changed = threading.Condition()
        self.drain = None  # a copy of the handle while there is one to answer
        self.held = False
        self.stopped = False

    # On the registrar's thread: note it, do not wait.
    def on_drain(self, _, request):
        with self.changed:
            self.library.roster_drain_free(self.drain)
            self.drain = self.library.roster_drain_copy(request.contents.drain)
            self.held = True
            self.changed.notify_all()

    def on_online(self, _):
        with self.changed:
            self.held = False
            self.changed.notify_all()

    def stop(self, *_):
        self.stopped = True

    def may_go_on(self):
        """Between two files: answers a drain, and waits while there is one."""
        with self.changed:
            while self.held and not self.stopped:
                if self.drain is not None:
                    print("drained: no file is open", flush=True)
                    self.library.roster_drain_done(self.drain)
                    self.library.roster_drain_free(self.drain)
                    self.drain = None
                self.changed.wait(0.1)
        return not self.stopped

    def await_order(self, registrar):
        """Until it is known whether an order holds this member: begin no work."""
        status = Status(size=c.sizeof(Status), applied_epoch=-1)
        while status.applied_epoch < 0 and not self.stopped:
            self.library.roster_registrar_status(registrar, c.byref(status))
            time.sleep(0.05)

    def run(self, registrar, files):
        self.await_order(registrar)
        size = 0
        while self.may_go_on():
            task = self.library.roster_task_start(registrar, b"hash", len(files), b"files", 0)
            for path in files:
                if not self.may_go_on():
                    break
                size += hash_file(path)
                self.library.roster_task_advance(task, 1)
                self.library.roster_registrar_set_gauge(registrar, b"bytes_hashed", size)
            else:
                self.library.roster_task_finish(task, None)
            self.library.roster_task_free(task)


def hash_file(path):
    """Some real work. Returns the bytes read."""
    try:
        with open(path, "rb") as file:
            hashlib.sha256(data := file.read(1 << 20))
            return len(data)
    except OSError:
        return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("directory", nargs="?", default="/usr/share/doc")
    parser.add_argument("--zookeeper", default="127.0.0.1:2181")
    parser.add_argument("--library", default="libroster.so.0")
    args = parser.parse_intermixed_args()

    library = load(args.library)
    worker = Worker(library)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    files = [os.path.join(folder, name)
             for folder, _, names in os.walk(args.directory) for name in names]
    if not files:
        sys.exit(f"{args.directory}: no files")

    # ctypes forgets callbacks that Python does not hold: `options` does.
    options = Options(size=c.sizeof(Options), servers=args.zookeeper.encode(),
                      name=args.name.encode(), service=b"python-ctypes",
                      initial_state=STATE_UP, on_drain=ON_DRAIN(worker.on_drain),
                      on_online=ON_ONLINE(worker.on_online))
    error = Error()
    registrar = library.roster_registrar_create(c.byref(options), c.byref(error))
    if not registrar:
        sys.exit(error.message.decode())
    worker.run(registrar, files)
    library.roster_registrar_destroy(registrar)  # says goodbye first
    library.roster_drain_free(worker.drain)


if __name__ == "__main__":
    main()
