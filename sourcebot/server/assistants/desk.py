"""The server object that assistants talk to, and how its functions find what they work with."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import quote

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import (
    ResourceError,
    ResourceNotFoundError,
    ToolError,
    UnexpectedResourceError,
)
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
    Resource,
)
from pydantic import ValidationError

from sourcebot.server.assistants import results
from sourcebot.server.assistants.failures import Refused, quoted, told, unknown
from sourcebot.server.assistants.reach import Reach
from sourcebot.server.assistants.stdio import speak
from sourcebot.server.assistants.tokens import Seal
from sourcebot.server.bases import Edition, Served
from sourcebot.server.logs import Log

FAULT = "this is a fault of the server, and not of the call; please report it"
Ctx = Context[Any, Any]


class Desk(MCPServer[Any]):
    """An MCP server over knowledge bases whose errors can be acted on and give nothing away."""

    def __init__(self, reach: Reach, seal: Seal, log: Log, **options: Any) -> None:
        self.reach = reach
        self.seal = seal
        self.log = log
        super().__init__(**options)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Ctx | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Answer a call; what is wrong with it is a result, too."""
        began, outcome = time.perf_counter(), "answered"
        try:
            self._refuse_unknown(name, arguments)
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            outcome, text = self._refused(name, error)
            return results.refusal(text)
        finally:
            known = name if self._tool_input_schema(name) is not None else "unknown"
            ms = round((time.perf_counter() - began) * 1000, 2)
            self.log.line("tool", tool=known, outcome=outcome, ms=ms)

    def takes_nothing_else(self, name: str) -> None:
        """Say in the schema of a tool that what it does not name is refused."""
        schema = self._tool_input_schema(name)
        if schema is not None:
            schema["additionalProperties"] = False

    def _refuse_unknown(self, name: str, arguments: dict[str, Any]) -> None:
        """What a tool does not take would be left out in silence. Raises ToolError."""
        schema = self._tool_input_schema(name)
        known = list(schema["properties"]) if schema is not None else list(arguments)
        given = next((one for one in arguments if one not in known), None)
        if given is not None:
            reason = unknown("argument", given, known)
            raise ToolError(str(reason)) from Refused(f"{name}: {reason}")

    def _refused(self, name: str, error: ToolError) -> tuple[str, str]:
        """What to log, and what to say."""
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            return "refused", f"{name}: {told(cause)}"
        if isinstance(cause, Refused):
            return "refused", str(cause)
        if cause is None:
            tools = [tool.name for tool in self._tool_manager.list_tools()]
            return "refused", str(unknown("tool", name, tools))
        if isinstance(cause, ToolError):
            return "refused", "the answer to the question that was asked back cannot be used"
        self.log.line("fault", tool=name, error=type(cause).__name__)
        return "fault", FAULT

    async def read_resource(self, uri: Any, context: Ctx | None = None) -> Any:
        """The text of a resource. Raises ResourceError."""
        try:
            return await super().read_resource(uri, context)
        except UnexpectedResourceError as error:
            self.log.line("fault", resource="read", error=type(error.__cause__).__name__)
            raise ResourceError(FAULT) from error
        except Refused:
            raise
        except ResourceNotFoundError as error:
            raise ResourceNotFoundError(f"there is no resource {quoted(str(uri))}") from error

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Ctx | None = None
    ) -> GetPromptResult | InputRequiredResult:
        """The text of a prompt. Raises MCPError."""
        try:
            return await super().get_prompt(name, arguments, context)
        except ValueError as error:
            raise self._unfit(name, arguments or {}, error) from error

    def _unfit(self, name: str, arguments: dict[str, Any], error: ValueError) -> MCPError:
        prompts = {prompt.name: prompt for prompt in self._prompt_manager.list_prompts()}
        if name not in prompts:
            return MCPError(INVALID_PARAMS, str(unknown("prompt", name, prompts)))
        asked = [argument.name for argument in prompts[name].arguments or [] if argument.required]
        missing = [f"`{argument}`" for argument in asked if argument not in arguments]
        if missing:
            return MCPError(INVALID_PARAMS, f"{name}: {', '.join(missing)} must be given")
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, Refused):
                return MCPError(INVALID_PARAMS, str(cause))
            if isinstance(cause, ValidationError):
                return MCPError(INVALID_PARAMS, f"{name}: {told(cause)}")
            cause = cause.__cause__
        self.log.line("fault", prompt=name, error=type(error.__cause__).__name__)
        return MCPError(INTERNAL_ERROR, FAULT)

    async def run_stdio_async(self) -> None:
        """Serve standard input and output until the input ends."""
        options = self._lowlevel_server.create_initialization_options()
        await speak(lambda heard, said: self._lowlevel_server.run(heard, said, options))

    async def list_resources(self) -> list[Resource]:
        """The index and the version of each base that may be used; the rest has templates."""
        listed = []
        for served in self.reach:
            identity, base = served.edition.bot.knowledge.identity, quote(served.name, safe="")
            listed += [
                Resource(
                    uri=f"kb://{base}/index",
                    name=f"{served.name}-index",
                    title=f"{identity.title}: index",
                    description=identity.about,
                    mime_type="application/json",
                ),
                Resource(
                    uri=f"kb://{base}/version",
                    name=f"{served.name}-version",
                    title=f"{identity.title}: version",
                    description="Name, digest and date of the last review.",
                    mime_type="application/json",
                ),
            ]
        return listed


def desk(ctx: Ctx) -> Desk:
    """The server that a request came to."""
    return cast(Desk, ctx.mcp_server)


def served(ctx: Ctx, kb: str | None) -> Served:
    """The base that is meant. Raises Refused."""
    return desk(ctx).reach.pick(kb)


def edition(ctx: Ctx, kb: str | None) -> Edition:
    """The base that is meant, as it is now; one call works with one edition. Raises Refused."""
    return served(ctx, kb).edition


def without_kb(function: Callable[..., Any], *, several: bool) -> Callable[..., Any]:
    """The function as it is offered: it takes `kb` only where there are several bases."""
    if several:
        return function

    @wraps(function)
    def only(*arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)

    signature = inspect.signature(function, eval_str=True)
    kept = [one for name, one in signature.parameters.items() if name != "kb"]
    vars(only)["__signature__"] = signature.replace(parameters=kept)
    only.__annotations__ = {one.name: one.annotation for one in kept}
    only.__annotations__["return"] = signature.return_annotation
    return only
