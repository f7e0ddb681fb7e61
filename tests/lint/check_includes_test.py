"""Tests of scripts/check_includes.py on small trees."""

import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import check_includes  # noqa: E402  (needs the path above)


class CheckIncludesTest(unittest.TestCase):
    def check(self, files: dict[str, str]) -> list[str]:
        """The problems of a tree, each as "path:line: rule"."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                target = pathlib.Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return [str(p) for p in check_includes.check(pathlib.Path(folder))]

    def assert_refused(self, path: str, include: str, part_of_rule: str) -> None:
        guard = "#pragma once\n" if path.endswith(".h") else "\n"
        problems = self.check({path: f"{guard}#include {include}\n"})
        self.assertEqual(len(problems), 1, problems)
        self.assertTrue(problems[0].startswith(f"{path}:2: "), problems)
        self.assertIn(part_of_rule, problems[0])

    def assert_allowed(self, path: str, include: str) -> None:
        guard = "#pragma once\n" if path.endswith(".h") else "\n"
        self.assertEqual(self.check({path: f"{guard}#include {include}\n"}), [])

    def test_accepts_arrows_of_the_architecture(self) -> None:
        self.assert_allowed("model/a.h", '"base/b.h"')
        self.assert_allowed("zk/session.cc", "<zookeeper/zookeeper.h>")
        self.assert_allowed("monitor/rpc/a.cc", '"roster/v1/membership.pb.h"')
        self.assert_allowed("monitor/rpc/a.cc", '"monitor/state/view.h"')
        self.assert_allowed("monitor/main.cc", '"monitor/http/server.h"')
        self.assert_allowed("tests/unit/a_test.cc", '"registrar/registrar.h"')

    def test_refuses_arrows_that_point_up(self) -> None:
        self.assert_refused("base/a.h", '"model/b.h"', "base may not include model")
        self.assert_refused("monitor/state/a.cc", '"zk/session.h"', "may: base, model")
        self.assert_refused("monitor/rpc/a.cc", '"monitor/options.h"', "may not include monitor ")

    def test_keeps_the_doors_of_the_monitor_apart(self) -> None:
        self.assert_refused("monitor/rpc/a.cc", '"monitor/http/b.h"', "monitor/http")
        self.assert_refused("monitor/metrics/a.cc", '"monitor/rpc/b.h"', "monitor/rpc")

    def test_registrar_and_monitor_never_meet(self) -> None:
        self.assert_refused("registrar/a.cc", '"monitor/state/view.h"', "registrar may not")
        self.assert_refused("monitor/watch/a.cc", '"registrar/a.h"', "monitor/watch may not")
        self.assert_refused("monitor/main.cc", '"registrar/a.h"', "monitor may not")

    def test_nothing_shipped_includes_tests(self) -> None:
        for path in ("base/a.cc", "cli/main.cc", "monitor/main.cc", "examples/x/main.cc"):
            self.assert_refused(path, '"tests/support/eventually.h"', "may not include tests")

    def test_cli_knows_the_api_only(self) -> None:
        self.assert_allowed("cli/a.cc", '"roster/v1/membership.grpc.pb.h"')
        self.assert_refused("cli/a.cc", '"zk/session.h"', "cli may not include zk")
        self.assert_refused("cli/a.cc", '"model/paths.h"', "cli may not include model")

    def test_fences_third_party_libraries(self) -> None:
        self.assert_refused("registrar/a.cc", "<zookeeper/zookeeper.h>", "only zk/")
        self.assert_refused("registrar/a.cc", "<grpcpp/grpcpp.h>", "gRPC and protobuf")
        self.assert_refused("registrar/a.cc", '"google/protobuf/message.h"', "gRPC and protobuf")
        self.assert_refused("monitor/http/a.cc", '"prometheus/gauge.h"', "prometheus belongs")
        self.assert_refused("monitor/rpc/a.cc", "<boost/beast/http.hpp>", "Boost.Beast")
        self.assert_refused("registrar/a.cc", "<boost/asio/post.hpp>", "Boost.Asio")
        self.assert_refused("coordination/a.cc", "<spdlog/spdlog.h>", "base/log.h")

    def test_hides_asio_from_headers(self) -> None:
        self.assert_allowed("base/loop.cc", "<boost/asio/post.hpp>")
        self.assert_refused("base/loop.h", "<boost/asio/post.hpp>", "never in headers")

    def test_wants_includes_named_from_the_root(self) -> None:
        problems = self.check(
            {"base/a.cc": '#include "b.h"\n', "base/b.h": "#pragma once\n"}
        )
        self.assertEqual(
            problems, ['base/a.cc:1: name it from the root of the repository: "b.h"']
        )

    def test_wants_pragma_once_and_a_layer(self) -> None:
        self.assertEqual(
            self.check({"base/a.h": "int x;\n", "attic/b.cc": "int y;\n"}),
            [
                "attic/b.cc:1: lies in no layer of scripts/check_includes.py",
                "base/a.h:1: has no #pragma once",
            ],
        )

    def test_sees_spaced_directives_and_no_comments(self) -> None:
        self.assertEqual(len(self.check({"base/a.cc": '  #  include  "zk/a.h"\n'})), 1)
        self.assertEqual(self.check({"base/a.cc": '// #include "zk/a.h"\n'}), [])

    def test_command_line_reports_by_its_exit_code(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(check_includes.main(["check", folder]), 0)
            pathlib.Path(folder, "base").mkdir()
            pathlib.Path(folder, "base", "a.cc").write_text('#include "zk/a.h"\n')
            self.assertEqual(check_includes.main(["check", folder]), 1)


if __name__ == "__main__":
    unittest.main()
