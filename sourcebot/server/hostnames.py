"""By which names a server that anybody on this machine may ask can be called.

A web page can have its own name lead to 127.0.0.1 once it is loaded (DNS rebinding). It would then
be of the same origin as a server there, and read all that it says. Only names that anybody could
register help with that: no addresses, no single words, none that the public DNS does not give out.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sourcebot.server.config import Config

_NOBODYS = (
    ".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".example", ".invalid"
)  # fmt: skip
"""Names below these cannot be registered (RFC 6761, 6762, 8375; ICANN 2024), or are not in use."""


def may_be_called(host: str, config: Config) -> bool:
    """Whether a request may have this Host header; empty where it has none.

    With keys any name will do, for a page has none; behind a proxy, which is told of in
    `trust_proxy`, it is the proxy's names; and a site of `origins` is trusted by any name.
    """
    if config.keys is not None or config.trust_proxy or not config.is_local:
        return True
    name = host.partition(":")[0].rstrip(".").casefold()
    if "." not in name or name.replace(".", "").isdigit() or name.endswith(_NOBODYS):
        return True
    return any(urlsplit(origin).hostname == name for origin in config.origins)
