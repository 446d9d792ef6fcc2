"""The few words that a desk says by itself, to customers and to agents.

What a knowledge base says of people ("I cannot connect you") is meant for where nobody is behind
the bot; on a desk somebody is. `handover_text` in the options of a desk replaces the first.
"""

from __future__ import annotations

HANDOVER = "I am passing this conversation to a person, who will answer you here."
NOTE = "**Handed over to a person.** Reason: {reason}."
SO_FAR = "What was said so far:"
CUSTOMER, BOT = "Customer", "Bot"
SUGGESTED = "**Suggested answer** (from the knowledge base; the customer has not seen it)"
SOURCES = "Sources:"
MORE_SOURCES = "and {number} more"
CHOOSE = "You can also ask:"
RESUME = "Let the bot answer again"
RESUMED = "The bot answers here again."
CUT = "[…]"

REASONS = {
    "asked": "the customer asked for a person",
    "nothing": "the knowledge base has nothing on what was asked",
    "misses": "the bot was not sure what was meant, {misses} times in a row",
    "attachment": "the customer sent a file without a question in words",
}
