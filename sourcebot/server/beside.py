"""What takes a while is worked out beside the event loop, which goes on with what takes no time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

# Python works no faster on many threads, and the loop waits longer; the second is for when one
# takes long.
_THREADS = ThreadPoolExecutor(2, "beside")
P = ParamSpec("P")
T = TypeVar("T")


async def beside(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """The result of a function. It is not ended with whoever waits for it: keep it short."""
    call = partial(function, *arguments, **named)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, call)
