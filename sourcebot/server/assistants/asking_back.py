"""What an assistant's user is asked where a question has several readings, if the client can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from mcp.server.elicitation import AcceptedElicitation, CancelledElicitation, DeclinedElicitation
from mcp.server.mcpserver.resolve import Elicit
from mcp_types.version import is_version_at_least
from pydantic import AfterValidator, BaseModel, WithJsonSchema, create_model

from sourcebot.server.assistants.desk import Ctx

CHOICE = "choice"
_WITHIN_RESULTS = "2026-07-28"
"""From this version of the protocol on, questions go with results and need no way back."""

Outcome = AcceptedElicitation[Any] | DeclinedElicitation | CancelledElicitation


def can_ask(ctx: Ctx) -> bool:
    """Whether the client shows forms to its user, and can be reached in the middle of a call."""
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    if elicitation is None or (elicitation.form is None and elicitation.url is not None):
        return False
    version = ctx.protocol_version
    within = version is not None and is_version_at_least(version, _WITHIN_RESULTS)
    return within or bool(ctx.session.can_send_request)


def form(message: str, choices: Mapping[str, tuple[str, Sequence[str]]]) -> Elicit[BaseModel]:
    """A question with one or more things to choose. choices: field -> title and what there is."""
    fields: dict[str, Any] = {}
    for name, (title, options) in choices.items():
        fields[name] = (_one_of(title, tuple(options)), ...)
    shape: type[BaseModel] = create_model("Choice", **fields)
    return Elicit(message, shape)


def chosen(outcome: Outcome) -> dict[str, str]:
    """Field -> what was chosen; empty where nothing was asked or nobody answered."""
    if isinstance(outcome, AcceptedElicitation) and isinstance(outcome.data, BaseModel):
        picked: dict[str, str] = outcome.data.model_dump()
        return picked
    return {}


def _one_of(title: str, options: tuple[str, ...]) -> Any:
    def check(value: str) -> str:
        if value not in options:
            raise ValueError("is none of the choices")
        return value

    schema = {"type": "string", "title": title, "enum": list(options)}
    return Annotated[str, AfterValidator(check), WithJsonSchema(schema)]
