"""A small real SMTP server on this machine, which keeps what it is given."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, cast


class Mailbox(socketserver.ThreadingTCPServer):
    """The server: `messages` it took; it refuses `refused` recipients, and falls silent after the
    text of a mail to one of `silent`.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.messages: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.silent: set[str] = set()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box, to = cast(Mailbox, self.server), ""
        self._say("220 here")
        for line in self.rfile:
            words = line.decode().strip()
            verb = words[:4].upper()
            if verb == "RCPT":
                to = words.partition("<")[2].partition(">")[0]
                self._say("550 no such mailbox" if to in box.refused else "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                if to in box.silent:
                    return
                parsed: Any = email.message_from_bytes(text, policy=email.policy.default)
                box.messages.append(parsed)
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Run the server while the test runs."""
    with Mailbox() as box:
        thread = threading.Thread(target=box.serve_forever, daemon=True)
        thread.start()
        yield box
        box.shutdown()
        thread.join()
