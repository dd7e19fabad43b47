"""From a Notification to a Message: what a person reads when limen tells them something."""

from monitor.compose.links import Links
from monitor.compose.mail import compose
from monitor.compose.overrides import OwnTemplates
from monitor.compose.rendering import ShippedTemplates, mail_environment

__all__ = ["Links", "OwnTemplates", "ShippedTemplates", "compose", "mail_environment"]
