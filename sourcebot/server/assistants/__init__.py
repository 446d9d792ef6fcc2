"""The knowledge bases for assistants that speak the Model Context Protocol: read-only."""
