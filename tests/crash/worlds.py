"""What is killed: `seaworthy up`, or four programs, and the broker with them."""

from support.nats_server import NatsServer
from support.server import Server, run
from support.services import SERVICES, Services
from support.waiting import wait_until


def dead(process):
    return process is None or process.poll() is not None


def copy_to_nats(data, config):
    """The log of a folder, with its objects, into a broker that has none."""
    done = run("log", "copy", "--from", "embedded", "--to", "nats", "--data", data, "--config", config)
    assert done.code == 0, done.err


class OneProcess:
    """`seaworthy up` and, where the log is on NATS, the broker: which of them dies is chance."""

    def __init__(self, folder, kind, tables, past):
        """`tables`: more of the configuration; `past`: a data folder with the log it begins with."""
        self.broker = NatsServer(folder).start() if kind == "nats" else None
        config = folder / "seaworthy.toml"
        config.write_text(tables + (self.broker.log_table if self.broker else ""))
        self.server = Server(folder, config=config)
        if self.broker:
            copy_to_nats(past, config)
        else:
            past.rename(self.server.data)
        self.people = self.server.data / "people"

    @property
    def log(self):
        return self.broker.url if self.broker else self.server.data / "log"

    def kill(self, chance, whom):
        """One process or both; the broker is up again at once. Says whom."""
        if whom == "any":
            whom = chance.choice(("server", "broker", "both")) if self.broker else "server"
        if whom != "server":
            self.broker.kill()
        if whom != "broker":
            self.server.kill()
        if whom != "server":
            self.broker.start()
        return whom

    def spawn(self):
        """Starts it, unless only the broker had died."""
        if dead(self.server.process):
            self.server.spawn()

    def wait(self):
        wait_until(self.server.is_ready, "the server is ready", 60)

    def begin_anew(self):
        if not dead(self.server.process):
            self.server.kill()
        self.server.start()

    def stop(self):
        return {"the server": self.server.stop()}

    def rebuild(self):
        return run("rebuild", "--check", "--data", self.server.data, "--config", self.server.config, timeout=900)

    def end(self):
        if not dead(self.server.process):
            self.server.kill()
        if self.broker:
            self.broker.stop()


class FourProcesses:
    """Ingest, reviewer, aggregator and publisher over one broker: one of the five dies at a time."""

    def __init__(self, folder, tables, past):
        self.services = Services(folder, tables)
        self.services.nats.start()
        copy_to_nats(past, self.services.config_of("operator"))
        self.people = self.services["publisher"].data / "people"

    @property
    def server(self):
        return self.services.server

    @property
    def log(self):
        return self.services.nats.url

    def kill(self, chance, whom):
        """One process; the broker is up again at once. Says whom."""
        whom = whom if whom in ("broker", *SERVICES) else chance.choice(("broker", *SERVICES))
        if whom == "broker":
            self.services.nats.kill()
            self.services.nats.start()
        else:
            self.services[whom].kill()
        return whom

    def spawn(self):
        for name in SERVICES:
            if dead(self.services[name].process):
                self.services[name].spawn()

    def wait(self):
        for name in SERVICES:
            self.services[name].wait()
        wait_until(self._answers, "the publisher reaches the aggregator", 60)

    def _answers(self):
        try:
            return self.services.answers()
        except OSError:
            return False

    def begin_anew(self):
        for name in SERVICES:
            if not dead(self.services[name].process):
                self.services[name].kill()
        self.spawn()
        self.wait()

    def stop(self):
        return {name: self.services[name].stop() for name in SERVICES}

    def rebuild(self):
        config = self.services.config_of("aggregator")
        return run("rebuild", "--check", "--data", self.services["aggregator"].data, "--config", config, timeout=900)

    def end(self):
        for name in SERVICES:
            if not dead(self.services[name].process):
                self.services[name].kill()
        self.services.nats.stop()
