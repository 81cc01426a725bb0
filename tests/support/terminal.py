"""The program on a terminal of its own: what is typed there and what is shown."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from support.server import PROGRAM, environment

_STEERING = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Terminal:
    """`seaworthy ARGUMENTS`, begun; `stdin` is a file beside the terminal. `settings` go into its environment, None takes one out."""

    def __init__(self, *arguments, columns=80, stdin=None, **settings):
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        told = {**environment(), "TERM": "xterm", "NO_COLOR": None, **settings}
        self._process = subprocess.Popen(
            [PROGRAM, *map(str, arguments)], stdin=stdin or theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),  # Whose Ctrl-C is a signal.
            env={name: value for name, value in told.items() if value is not None},
        )  # fmt: skip
        os.close(theirs)
        self._bytes = b""

    @property
    def shown(self):
        """All that came, with what steers the terminal."""
        return self._bytes.decode(errors="replace")

    @property
    def text(self):
        return _STEERING.sub("", self.shown)

    def _take(self, deadline, what):
        """Waits for more; false where there is none to come."""
        ready, _, _ = select.select([self._ours], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            self._process.kill()
            raise AssertionError(f"not in time: {what}; there came {self.shown!r}")
        try:
            more = os.read(self._ours, 1 << 16)
        except OSError:  # It has closed its side.
            more = b""
        self._bytes += more
        return bool(more)

    def wait_for(self, words, seconds=60):
        deadline = time.monotonic() + seconds
        while words not in self.shown:
            if not self._take(deadline, words):
                raise AssertionError(f"it ended without {words!r}: {self.shown!r}")
        return self

    def type(self, text):
        os.write(self._ours, text.encode())
        return self

    def end(self, seconds=60):
        """Waits until it ends by itself; `.code` is how."""
        deadline = time.monotonic() + seconds
        while self._take(deadline, "the end"):
            pass
        os.close(self._ours)
        self.code = self._process.wait(seconds)
        return self
