"""`sourcebot completion`: a script that completes commands and options in the user's shell."""

from __future__ import annotations

import argparse

import shtab

from sourcebot.cli import streams
from sourcebot.cli.arguments import build_parser


def print_completion(shell: str) -> int:
    """Print the completion script for bash, zsh or fish."""
    parser = build_parser()
    _complete_paths(parser)
    script: str = shtab.complete(parser, shell=shell)
    streams.write_bytes(script.rstrip().encode() + b"\n")
    return 0


def _complete_paths(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        if action.metavar == "FILE":
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                command.fill()
                _complete_paths(command)
