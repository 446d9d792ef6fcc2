"""The bot over HTTP: an ASGI application, its limits, and what it keeps between turns."""
