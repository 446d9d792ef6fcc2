"""What is kept of conversations between their turns: in memory, in SQLite, or in Redis."""
