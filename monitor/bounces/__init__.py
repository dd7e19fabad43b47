"""Mails that come back: by which address they are known, what they say, and what comes of it."""
