"""A mail's HTML as a page that a browser can open by itself."""

from base64 import b64encode
from collections.abc import Mapping


def standalone_html(html: str, pictures: Mapping[str, bytes]) -> str:
    """Puts the pictures (PNG, by content id) into the HTML as ``data:`` URLs (RFC 2397)."""
    for content_id, png in pictures.items():
        html = html.replace(f"cid:{content_id}", f"data:image/png;base64,{b64encode(png).decode('ascii')}")
    return html
