"""A mail server that keeps what it gets, on aiosmtpd."""
import email
import email.policy
import re

from aiosmtpd.controller import Controller

from .ports import free_port
from .wait import until


class Mailbox:
    """stop() ends it; it may be started again on the same port."""

    def __init__(self):
        self.port, self.mails, self._controller = free_port(), [], None

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos[0], mail))
        return "250 OK"

    def start(self):
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def stop(self):
        if self._controller:
            self._controller.stop()
            self._controller = None

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address):
        return [mail for to, mail in self.mails if to == address]

    def wait(self, address, count=1, timeout=60):
        """The newest mail to an address, once there are so many."""
        until(lambda: len(self.to(address)) >= count, f"mail {count} to {address}", timeout)
        return self.to(address)[-1]

    def link(self, address, count=1):
        """The code in the link of that mail."""
        return re.search(r"#\w+=([0-9a-f]+)", self.wait(address, count).get_content()).group(1)
