"""From answers to a ranking and to the next question: pure functions, no knowledge of a subject."""
