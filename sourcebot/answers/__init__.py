"""Facts in, Markdown out, through sandboxed Jinja2 templates; and Markdown to plain text."""
