# SPDX-License-Identifier: MIT
"""A mail server on loopback (aiosmtpd), with STARTTLS and logins if wanted. It keeps what it accepts."""

import email
import email.policy
import ssl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from harness.ports import free_port


class MailServer:
    """`refuse`: a function of a mail that returns the reply to it, or None to accept it."""

    def __init__(self, certificate=None, login=None, refuse=lambda mail: None):
        self.mails = []
        self.attempts = 0
        self.encrypted = []
        self._refuse = refuse
        options = {}
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            options |= {"tls_context": context, "require_starttls": True}
        if login:
            expected = LoginPassword(*(each.encode() for each in login))
            options |= {"auth_required": True, "auth_require_tls": certificate is not None,
                        "authenticator": lambda server, session, envelope, mechanism, data:
                            AuthResult(success=data == expected, handled=data == expected)}
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), **options)

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail.recipients = envelope.rcpt_tos
        self.attempts += 1
        refusal = self._refuse(mail)
        if refusal:
            return refusal
        self.encrypted.append(session.ssl is not None)
        self.mails.append(mail)
        return "250 accepted"

    @property
    def port(self):
        return self._controller.port

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()
