"""From a Notification to a Message: what a person reads when limen tells them something."""

from monitor.compose.mail import compose, mail_environment
from monitor.compose.views import Links

__all__ = ["Links", "compose", "mail_environment"]
