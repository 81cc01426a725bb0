"""The cluster overlay's nats.conf in a real nats-server: who gets in, and what those may not do.

Debian's server is older than `sync_interval`; that one line is taken out."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from deploy.material import K8S, ROOT
from e2e.case import ServerCase
from support.announcements import model_card
from support.server import free_port
from support.waiting import wait_until


def make_certificates(folder):
    """A CA, a certificate of each service, and one for the server itself."""
    subprocess.run([ROOT / "scripts/make_certificates.sh", folder, "ingest", "publisher", "operator", "stranger"], check=True,
                   capture_output=True)
    subprocess.run([ROOT / "scripts/make_certificates.sh", folder / "foreign", "ingest"], check=True, capture_output=True)
    request = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=nats",
               "-keyout", folder / "tls.key", "-out", folder / "nats.csr"]
    subprocess.run(request, check=True, capture_output=True)
    (folder / "nats.ext").write_text("subjectAltName=DNS:nats-0.nats,DNS:localhost\n")
    subprocess.run(["openssl", "x509", "-req", "-in", folder / "nats.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
                    "-set_serial", "1", "-days", "2", "-extfile", folder / "nats.ext", "-out", folder / "tls.crt"],
                   check=True, capture_output=True)
    shutil.copy(folder / "ca.pem", folder / "ca.crt")


def configured(folder, port):
    """The manifest's file, with this machine's places in place of a pod's."""
    text = (K8S / "overlays/cluster/nats.conf").read_text()
    text, taken = re.subn(r"(?m)^  sync_interval: always\n", "", text)
    assert taken == 1, "nats.conf has to ask for sync_interval: always once"
    for old, new in (("/run/secrets/nats", folder), ("/run/nats", folder), ('"/data"', f'"{folder}/data"'),
                     ("0.0.0.0:4222", f"127.0.0.1:{port}"), ("0.0.0.0:6222", f"127.0.0.1:{free_port()}"),
                     ("0.0.0.0:8222", f"127.0.0.1:{free_port()}")):
        assert old in text, old
        text = text.replace(old, str(new))
    return text


class GuardedNats:
    """A server with certificates in a folder of its own."""

    def __init__(self, folder, alone=False):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        make_certificates(self.folder)
        text = configured(self.folder, self.port)
        (self.folder / "nats.conf").write_text(text[:text.index("\ncluster {")] if alone else text)
        self.process = None

    def start(self):
        program = shutil.which("nats-server", path="/usr/sbin:/usr/bin:/usr/local/bin")
        with open(self.folder / "nats.log", "ab") as log:
            self.process = subprocess.Popen([program, "-c", self.folder / "nats.conf"], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, env={**os.environ, "POD_NAME": "nats-0"})
        wait_until(self.answers, "the NATS server answers", 30)
        return self

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "nats.log").read_text())
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False


class SeaworthyOverIt(ServerCase):
    """What the permissions take away, no service needs."""

    @classmethod
    def prepare(cls):
        cls.nats = GuardedNats(cls.folder, alone=True).start()
        cls.addClassCleanup(cls.nats.stop)
        cls.config = cls.folder / "seaworthy.toml"
        cls.config.write_text(f"""[log]
kind = "nats"
url = "tls://localhost:{cls.nats.port}"
ca_file = "{cls.folder}/ca.pem"
certificate_file = "{cls.folder}/ingest.pem"
key_file = "{cls.folder}/ingest.pem"
""")

    def test_an_announcement_becomes_a_page(self):
        comparison = self.approved_pair(model_card(80), model_card(81))
        self.assertEqual(self.server.read(f"/compare/{comparison['id']}").status, 200)
        self.assertNotIn("Permissions Violation", (self.folder / "nats.log").read_text())


class NatsConfiguration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.nats = GuardedNats(cls.folder).start()
        cls.addClassCleanup(cls.nats.stop)
        cls.port = cls.nats.port

    def talk(self, certificate, commands):
        """What the server says to a client with this certificate, up to its first PONG or the end."""
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        if certificate:
            context.load_cert_chain(self.folder / certificate)
        with socket.create_connection(("127.0.0.1", self.port), 10) as plain:
            self.assertTrue(json.loads(plain.recv(65536)[5:])["tls_required"])
            try:
                with context.wrap_socket(plain, server_hostname="nats-0.nats") as connection:
                    connection.sendall(b'CONNECT {"verbose":false}\r\n' + commands + b"PING\r\n")
                    return self.read(connection)
            except (ssl.SSLError, ConnectionError) as error:
                return f"refused: {error}"

    @staticmethod
    def read(connection):
        said = b""
        while b"PONG" not in said and (part := connection.recv(65536)):
            said += part
        return said.decode()

    def test_a_service_gets_in_by_its_certificate(self):
        self.assertEqual(self.talk("ingest.pem", b"PUB SEAWORTHY.log 2\r\nhi\r\n"), "PONG\r\n")

    def test_nobody_else_gets_in(self):
        for certificate in (None, "foreign/ingest.pem", "publisher.pem", "stranger.pem", "tls-without-name"):
            with self.subTest(certificate):
                if certificate == "tls-without-name":
                    (self.folder / certificate).write_text((self.folder / "tls.key").read_text() +
                                                           (self.folder / "tls.crt").read_text())
                self.assertRegex(self.talk(certificate, b""), "Authorization Violation|refused|^$")

    def test_no_service_destroys_a_stream(self):
        for subject in ("$JS.API.STREAM.DELETE.SEAWORTHY", "$JS.API.ACCOUNT.PURGE.$G", "$SYS.REQ.SERVER.PING"):
            said = self.talk("ingest.pem", f"PUB {subject} 0\r\n\r\n".encode())
            self.assertIn(f'Permissions Violation for Publish to "{subject}"', said)

    def test_the_operator_may(self):
        self.assertEqual(self.talk("operator.pem", b"PUB $JS.API.STREAM.SNAPSHOT.SEAWORTHY 0\r\n\r\n"), "PONG\r\n")

    def test_no_service_hears_anothers_acknowledgements(self):
        self.assertIn("Permissions Violation for Subscription", self.talk("ingest.pem", b"SUB $JS.> 1\r\n"))


if __name__ == "__main__":
    unittest.main()
