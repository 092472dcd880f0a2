"""E-mails leave here, by the server that EMAIL_URL names."""

import smtplib
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives, get_connection

from muqeem.sms import NeverSent, NotSent

TIMEOUT = 10  # seconds
PERMANENT = 500  # and above: RFC 5321


@dataclass(frozen=True)
class Letter:
    """What an e-mail says, for programs that show text alone too."""

    subject: str
    text: str
    html: str


def send(address: str, letter: Letter, key: str) -> None:
    """Hand a letter to the server. Its Message-ID is of the key, so that one sent again is known as the same.

    Raises NotSent or NeverSent.
    """
    headers = {"Message-ID": f"<{key}@muqeem>", "Auto-Submitted": "auto-generated"}
    parts = EmailMultiAlternatives(letter.subject, letter.text, to=[address], headers=headers, connection=get_connection(timeout=TIMEOUT))
    parts.attach_alternative(letter.html, "text/html")
    try:
        parts.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise (NeverSent if all(code >= PERMANENT for code in codes) else NotSent)(f"status {codes}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(type(error).__name__) from error
