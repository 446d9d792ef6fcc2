"""Which kinds of desks there are."""

from __future__ import annotations

from collections.abc import Mapping

from sourcebot.server.desks.chatwoot import CHATWOOT
from sourcebot.server.desks.model import Host
from sourcebot.server.desks.rasa import RASA
from sourcebot.server.desks.slack import SLACK
from sourcebot.server.desks.webhook import WEBHOOK
from sourcebot.server.desks.zammad import ZAMMAD

HOSTS: Mapping[str, Host] = {host.kind: host for host in (CHATWOOT, ZAMMAD, SLACK, RASA, WEBHOOK)}
"""Kind -> how it works."""
