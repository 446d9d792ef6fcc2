"""Text in, ranked intents out. Knows examples and labels and nothing else: help desks embed it."""
