"""YAML in, frozen and checked knowledge out. Nothing here knows how questions are understood."""

from sourcebot.knowledge.model import KnowledgeBase

__all__ = ["KnowledgeBase"]
