"""The shell doors: arguments in, exit codes out. What a command needs is imported when it runs."""
