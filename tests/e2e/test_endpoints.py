"""`seaworthy endpoints`: what it tells of endpoints that work and that do not."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.provider import Provider
from support.server import PROGRAM, ROOT, environment, free_port

KEY = "sk-test-0123456789"


class EndpointsCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seaworthy-endpoints-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def config(self, text):
        path = self.folder / "seaworthy.toml"
        path.write_text(text)
        return path

    def table(self, url, model="small-1"):
        return self.config(
            f'[endpoints.small]\nurl = "{url}"\nmodel = "{model}"\nkey_env = "TEST_LLM_KEY"\n'
            "input_usd_per_million = 1\noutput_usd_per_million = 10\n"
        )

    def run_endpoints(self, *arguments, key=KEY):
        settings = {**environment(), "TEST_LLM_KEY": key} if key else environment()
        return subprocess.run([PROGRAM, "endpoints", *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env=settings, check=False)


class Endpoints(EndpointsCase):
    def test_one_that_works_is_told_with_tokens_cost_and_model(self):
        with Provider("ship", KEY) as model:
            done = self.run_endpoints("test", "--config", self.table(model.url))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for word in ["ok", "900 + 60 tokens", "$0.001500", "small-1-0001"]:
            self.assertIn(word, done.stdout)

    def test_json_holds_the_same(self):
        with Provider("ship", KEY) as model:
            done = self.run_endpoints("test", "--json", "--config", self.table(model.url))
        (endpoint,) = json.loads(done.stdout)["endpoints"]
        self.assertEqual((endpoint["outcome"], endpoint["cost_micro_usd"]), ("ok", 1500))

    def test_one_that_ships_everything_fails_the_first_control(self):
        with Provider("ship", KEY) as model:
            done = self.run_endpoints("test", "--json", "--controls", "--config", self.table(model.url))
        self.assertEqual(done.returncode, 1)
        passed = {(c["persona"], c["control"]): c["passed"] for c in json.loads(done.stdout)["controls"]}
        self.assertEqual(len(passed), 8)
        self.assertFalse(passed[("dx", "empty announcement")])
        self.assertTrue(passed[("dx", "order of related tools")])

    def test_rules_pass_both_controls(self):
        done = self.run_endpoints("test", "--controls", "--llm", "offline")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_wrong_key_names_its_variable_and_not_the_key(self):
        with Provider("ship", KEY) as model:
            done = self.run_endpoints("test", "--config", self.table(model.url), key="sk-wrong-000000")
        self.assertEqual(done.returncode, 1)
        self.assertIn("TEST_LLM_KEY", done.stdout)
        self.assertNotIn("sk-wrong", done.stdout + done.stderr)

    def test_a_missing_key_names_its_variable(self):
        with Provider("ship", KEY) as model:
            done = self.run_endpoints("test", "--config", self.table(model.url), key=None)
        self.assertIn("export TEST_LLM_KEY", done.stdout)

    def test_a_missing_model_is_told_with_those_there_are(self):
        with Provider("ship", KEY) as model:
            done = self.run_endpoints("test", "--config", self.table(model.url, "large-9"))
        self.assertIn("large-9", done.stdout)
        self.assertIn("small-1", done.stdout)

    def test_nobody_there_is_told_with_the_way_out(self):
        url = f"openai:http://127.0.0.1:{free_port()}/v1"
        done = self.run_endpoints("test", "--llm", url, "--model", "small-1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is the server running", done.stdout)

    def test_list_shows_who_asks_whom(self):
        done = self.run_endpoints("list", "--config", ROOT / "examples/config/hosted-panel.toml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("dx (2), futurist, business", done.stdout)
        self.assertIn("$ANTHROPIC_API_KEY", done.stdout)

    def test_every_example_configuration_loads(self):
        for path in sorted((ROOT / "examples/config").glob("*.toml")):
            self.assertEqual(self.run_endpoints("list", "--config", path).returncode, 0, path)

    def test_an_unknown_persona_is_named_with_those_there_are(self):
        config = self.config('[panel]\ndefault = "offline"\nlawyer = "offline"\n')
        done = subprocess.run([PROGRAM, "doctor", "--config", config, "--data", self.folder / "data"],
                              capture_output=True, text=True, timeout=120, env=environment(), check=False)
        self.assertIn("`lawyer`", done.stdout)
        self.assertIn("futurist", done.stdout)


if __name__ == "__main__":
    unittest.main()
