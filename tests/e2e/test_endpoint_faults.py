"""`seaworthy endpoints` and `doctor` where an endpoint answers badly, or is set up badly."""

import json
import unittest

from e2e.test_endpoints import KEY, EndpointsCase
from support.provider import Provider
from support.server import free_port, run


class EndpointFaults(EndpointsCase):
    def setUp(self):
        super().setUp()
        self.model = Provider(key=KEY)
        self.addCleanup(self.model.close)

    def check(self, *arguments, key=KEY):
        return self.run_endpoints("test", *arguments, "--config", self.table(self.model.url), key=key)

    def named(self, url, *lines):
        """A table of these lines alone."""
        return self.config("\n".join([f'[endpoints.small]\nurl = "{url}"', *lines]) + "\n")

    def told(self, done, *words, code=1):
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stdout + done.stderr)

    def doctor(self, config):
        return run("doctor", "--config", config, "--data", self.folder / "data", "--port", free_port())


class Answers(EndpointFaults):
    def test_an_answer_that_is_no_verdict_is_told_with_what_is_wrong(self):
        self.model.votes = ["perhaps"]
        self.told(self.check(), "FAIL", "`vote` is `perhaps`", "1 check failed; see above")

    def test_a_server_that_hangs_up_or_fails_is_told(self):
        self.model.statuses = [0, 500]
        self.told(self.check(), "FAIL", "`small`")
        self.told(self.check(), "FAIL", "500")

    def test_a_key_refused_only_when_asked_is_named(self):
        self.model.statuses = [401]
        self.told(self.check(), "FAIL", "the key was read from $TEST_LLM_KEY")

    def test_what_is_not_told_is_not_made_up(self):
        self.model.served, self.model.usage = "", (0, 0)
        self.told(self.check(), "tokens not told", "model not told", code=0)

    def test_the_price_comes_from_a_file_by_the_model_that_answered(self):
        prices = self.folder / "prices.toml"
        prices.write_text('[[price]]\nmodels = ["small-1-*"]\ninput = 1\noutput = 10\n')
        lines = ['model = "small-1"', 'key_env = "TEST_LLM_KEY"', f'[budget]\nprices = "{prices}"']
        config = self.named(self.model.url, *lines)
        self.told(self.run_endpoints("test", "--config", config), "$0.001500", code=0)
        self.model.served = "small-2"
        self.told(self.run_endpoints("test", "--config", config), "no price known", code=0)
        prices.unlink()
        self.told(self.run_endpoints("test", "--config", config), "prices.toml")


class Controls(EndpointFaults):
    def controls(self, *votes):
        """The first persona's two controls, by name; the first vote is for the example."""
        self.model.votes = list(votes)
        done = self.check("--controls", "--json")
        return {c["control"]: c for c in json.loads(done.stdout)["controls"] if c["persona"] == "dx"}, done

    def test_a_vote_that_changes_with_the_order_fails_and_says_both(self):
        controls, done = self.controls("ship", "skip", "ship", "skip")
        self.assertTrue(controls["empty announcement"]["passed"])
        order = controls["order of related tools"]
        self.assertEqual((order["passed"], order["detail"]), (False, "ship in one order, skip in the other"))
        self.told(done, "1 check failed")

    def test_a_control_without_a_verdict_fails_with_the_reason(self):
        controls, _ = self.controls("ship", "perhaps", "skip", "perhaps", "skip")
        for name in ("empty announcement", "order of related tools"):
            self.assertFalse(controls[name]["passed"])
            self.assertIn("`perhaps`", controls[name]["detail"])
        controls, _ = self.controls("ship", "skip", "perhaps", "skip")
        self.assertIn("`perhaps`", controls["order of related tools"]["detail"])

    def test_an_endpoint_that_fails_is_not_asked_for_controls(self):
        controls, done = self.controls("perhaps")
        self.assertEqual((controls, self.model.asked), ({}, 1))
        self.told(done, "1 check failed")


class Keys(EndpointFaults):
    def test_a_key_file_that_holds_the_wrong_key_is_named(self):
        file = self.folder / "small.key"
        file.write_text("sk-wrong-0123456789\n")
        file.chmod(0o600)
        config = self.named(self.model.url, 'model = "small-1"', f'key_file = "{file}"')
        done = self.run_endpoints("test", "--config", config)
        self.told(done, f"the key was read from {file}")
        self.assertNotIn("sk-wrong", done.stdout + done.stderr)
        self.told(self.run_endpoints("list", "--config", config), str(file), code=0)

    def test_where_no_key_was_sent_the_way_to_name_one_is_told(self):
        self.model.refusal = 403
        config = self.named(self.model.url, 'model = "small-1"')
        self.told(self.run_endpoints("test", "--config", config), "no key was sent", "`key_env`")
        listed = json.loads(self.run_endpoints("list", "--json", "--config", config).stdout)["endpoints"]
        self.assertEqual([(one["name"], one["key"]) for one in listed], [("small", "none")])

    def test_a_key_sent_in_the_clear_to_another_machine_is_warned_of(self):
        url = self.model.url.replace("127.0.0.1", "0.0.0.0")  # Another, by its name.
        config = self.table(url)
        done = run("doctor", "--config", config, "--data", self.folder / "data", settings={"TEST_LLM_KEY": KEY})
        self.assertRegex(done.out, r"warn +endpoint +endpoint `small` sends its key unencrypted to 0\.0\.0\.0")

    def test_a_variable_that_is_not_set_is_listed_as_such(self):
        done = self.run_endpoints("list", "--config", self.table(self.model.url), key=None)
        self.told(done, "$TEST_LLM_KEY (not set)", code=0)


class Kinds(EndpointFaults):
    def test_an_ollama_that_does_not_run_is_told_how_to_start(self):
        url = "openai:http://127.0.77.7:11434/v1"
        self.told(self.run_endpoints("test", "--llm", url, "--model", "small-1"), "`ollama serve` starts Ollama")

    def test_messages_are_asked_as_completions_are(self):
        self.model.key = None
        config = self.named(f"anthropic:{self.model.root}", 'model = "small-1"')
        self.told(self.run_endpoints("test", "--config", config), "ok", "900 + 60 tokens", code=0)
        self.assertIn(f"small (anthropic:{self.model.root}) is there", self.doctor(config).out)

    def test_a_grpc_endpoint_that_is_not_there_is_named_with_its_address(self):
        address = f"127.0.0.1:{free_port()}"
        config = self.named(f"grpc:{address}")
        self.told(self.run_endpoints("test", "--config", config), "FAIL", address)
        self.assertRegex(self.doctor(config).out, f"FAIL +endpoint .*{address}")

    def test_a_recorder_is_tested_by_what_it_records_and_keeps_nothing(self):
        self.model.key = None
        kept = self.folder / "kept"
        tables = ['model = "small-1"', f'[endpoints.tape]\nurl = "record:{kept}"\nof = "small"', '[panel]\ndefault = ["tape"]']
        config = self.named(self.model.url, *tables)
        done = self.run_endpoints("test", "tape", "--controls", "--config", config)
        self.told(done, "tape", "small-1-0001", "dx, order of related tools: pass")
        self.assertIn(f"tape (record:{kept}) is there", self.doctor(config).out)
        self.assertFalse(kept.exists())

    def test_of_recordings_only_the_folder_is_looked_at(self):
        url = f"replay:{self.folder}"
        self.told(self.run_endpoints("test", "--controls", "--llm", url), "plays recordings; not asked", code=0)
        self.told(self.run_endpoints("test", "--llm", url + "/none"), "there is no folder", "/none")
        config = self.config(f'endpoint = "{url}"\n')
        self.assertIn(f"({url}) is there", self.doctor(config).out)


class Names(EndpointFaults):
    def test_a_name_there_is_not_is_told_with_where_to_look(self):
        done = self.check("large")
        self.told(done, "there is no endpoint `large`", "`seaworthy endpoints list` shows")
        self.assertEqual(self.model.asked, 0)
        self.told(self.check("small"), "ok", code=0)

    def test_a_persona_that_nobody_answers_for_is_named(self):
        config = self.named(self.model.url, 'model = "small-1"', '[panel]\ndx = ["small"]')
        done = self.doctor(config)
        self.assertEqual(done.code, 1)
        self.assertIn("has no endpoint for the persona `competitor`; add it, or `default`", done.out)
        listed = self.run_endpoints("list", "--json", "--config", config)
        self.assertEqual(json.loads(listed.stdout)["endpoints"][0]["asked_by"], "dx")

    def test_a_folder_without_personas_is_named(self):
        empty = self.folder / "prompts"
        empty.mkdir()
        done = self.doctor(self.config(f'prompts_dir = "{empty}"\n'))
        self.assertEqual(done.code, 1)
        self.assertRegex(done.out, f"FAIL +(reviewers|install) .*{empty}")


if __name__ == "__main__":
    unittest.main()
