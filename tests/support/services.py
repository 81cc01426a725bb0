"""The four programs, each in a process of its own, over one NATS server."""

import os
import pathlib
import subprocess

from support import http_client
from support.nats_server import NatsServer
from support.server import PROGRAM, ROOT, START_SECONDS, TOKEN, Server, end, environment, free_port
from support.waiting import wait_until

SERVICES = ("ingest", "reviewer", "aggregator", "publisher")


def make_certificates(folder, *names):
    subprocess.run([ROOT / "scripts/make_certificates.sh", folder, *names], check=True, capture_output=True)


class Service:
    """One program; its output goes to FOLDER/NAME.log."""

    def __init__(self, services, name, kind=None, flags=()):
        self.services, self.name, self.kind, self.flags = services, name, kind or name, flags
        self.data = services.folder / name
        self.log = services.folder / f"{name}.log"
        self.identity = self.kind
        self.process = None

    def spawn(self):
        program = PROGRAM.with_name(f"seaworthy-{self.kind}")
        command = [program, "--config", self.services.config_of(self.identity), "--data", self.data, *self.flags]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment()
            )
        return self

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def says(self, words, times=1):
        return self.text().count(words) >= times

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.text()[-3000:]}")
        return (self.data / "run/address").exists()

    def wait(self):
        wait_until(self.ready, f"{self.name} is ready", START_SECONDS)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        # It could not take its address back.
        (self.data / "run/address").unlink(missing_ok=True)

    def stop(self, seconds=15):
        return end(self.process, self.name, lambda: self.text()[-3000:], seconds)


class Services:
    """`start` in any order; `server` speaks to the publisher as to `seaworthy up`. `tables`: more of their configuration."""

    def __init__(self, folder, tables=""):
        self.folder = pathlib.Path(folder)
        self.tables = tables
        self.nats = NatsServer(self.folder)
        self.ports = {name: free_port() for name in SERVICES}
        make_certificates(self.folder / "certificates")
        publisher_flags = ["--port", self.ports["publisher"], "--token", TOKEN]
        self.by_name = {name: Service(self, name) for name in SERVICES}
        self.by_name["publisher"].flags = publisher_flags + ["--desk-link-file", self.folder / "desk-link"]
        self.server = Server(self.folder)
        self.server.port = self.ports["publisher"]

    def __getitem__(self, name):
        return self.by_name[name]

    def add(self, name, kind, flags, identity=None):
        service = Service(self, name, kind, flags)
        service.identity = identity or kind
        self.by_name[name] = service
        return service

    def config_of(self, identity):
        file = self.folder / f"{identity}.toml"
        own = self.folder / "certificates" / f"{identity}.pem"
        addresses = [f'{name} = "127.0.0.1:{self.ports[name]}"' for name in SERVICES[:3]]
        lines = [f'public_url = "http://localhost:{self.ports["publisher"]}"']
        lines += [self.nats.log_table, "[services]", *addresses]
        lines += [f'ca_file = "{self.folder}/certificates/ca.pem"', f'certificate_file = "{own}"', f'key_file = "{own}"', self.tables]
        new = file.with_suffix(f".{os.getpid()}")
        new.write_text("\n".join(lines) + "\n")
        new.replace(file)
        return file

    def start(self, order=SERVICES):
        for name in order:
            self.by_name[name].spawn()
        for name in order:
            self.by_name[name].wait()
        wait_until(self.answers, "the publisher reaches the aggregator", START_SECONDS)
        return self

    def answers(self):
        return http_client.Api(self.ports["publisher"], TOKEN).call("GET", "/status").status == 200

    def stop(self):
        codes = {name: service.stop() for name, service in self.by_name.items()}
        self.nats.stop()
        return codes
