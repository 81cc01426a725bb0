"""A real SMTP server (aiosmtpd) on a free port, and what it took."""

import asyncio
import collections
import ssl
import subprocess

from aiosmtpd.controller import Controller


class Inbox:
    """What the server took, and what it answers first."""

    def __init__(self):
        self.taken = []
        self.answers = collections.deque()
        self.rcpt_answers = collections.deque()
        self.on_data = None
        self.on_rcpt = None
        self.hold = None  # An event: nothing taken is answered before it is set.

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt_answers:
            return self.rcpt_answers.popleft()
        envelope.rcpt_tos.append(address)
        if self.on_rcpt:
            self.on_rcpt()
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            answer = self.answers.popleft()
            if answer:
                return answer
        self.taken.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
        if self.on_data:
            self.on_data()
        if self.hold:
            await asyncio.get_running_loop().run_in_executor(None, self.hold.wait, 30)
        return "250 taken"


class SmtpServer(Controller):
    """Listens on a port the system chooses; `port` says which."""

    def __init__(self, inbox, **options):
        super().__init__(inbox, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    def stop(self, no_assert=True):
        """Idempotent."""
        if self.loop.is_closed():
            return
        super().stop(no_assert)


def certificate(folder):
    """A server context for 127.0.0.1 and the file that trusts it."""
    key, pem = folder / "key.pem", folder / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", pem,
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context, pem
