"""A mail server that bounces: what it accepted it sends back, by RFC 3464, from the null sender."""

import smtplib

from tests.support.smtp_server import ReceivedMail, SmtpServer

REPORT = """\
From: MAILER-DAEMON@mx.kent.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_bounce"

--=_bounce
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--=_bounce
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.kent.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {answer}

--=_bounce
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--=_bounce--
"""


def report(mail: ReceivedMail, *, action: str = "failed", status: str = "5.1.1", answer: str = "") -> str:
    """The report that a mail server makes of a mail which it can't deliver."""
    (recipient,) = mail.recipients
    return REPORT.format(
        to=mail.mail_from,
        recipient=recipient,
        action=action,
        status=status,
        answer=answer or f"550 5.1.1 <{recipient}>: User unknown",
        message_id=mail.message_id,
    )


def bounced(server: SmtpServer, mail: ReceivedMail) -> ReceivedMail:
    """Sends a mail's report by SMTP to where the mail came from; returns what arrived there."""
    arrived = len(server.mails)
    with smtplib.SMTP(server.host, server.port, "mx.kent.example") as client:
        client.sendmail("", [mail.mail_from], report(mail))
    return server.wait_for(arrived + 1)[-1]
