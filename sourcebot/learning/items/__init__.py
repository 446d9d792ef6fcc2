"""Exercises made from a knowledge base: one module for each kind, and what they have in common."""
