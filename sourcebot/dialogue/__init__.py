"""Turns in, replies out: the bot, its conversations, and how a message is understood."""
