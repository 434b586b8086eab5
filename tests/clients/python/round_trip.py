"""A conversation with a desk through the generated client: python round_trip.py URL TOKEN."""

import sys
from typing import TypeVar

from uurwerk_client import AuthenticatedClient
from uurwerk_client.api.tickets import (
    create_ticket,
    create_ticket_message,
    create_ticket_transition,
    list_ticket_clocks,
    list_tickets,
)
from uurwerk_client.models import MessageInput, RequesterInput, TicketInput, TransitionInput, Problem
from uurwerk_client.types import UNSET

T = TypeVar("T")


def good(answer: T | Problem | None) -> T:
    """What was asked for; anything else ends the conversation."""
    if answer is None or isinstance(answer, Problem):
        raise SystemExit(f"refused: {answer}")
    return answer


def ticket(title: str, priority: str) -> TicketInput:
    requester = RequesterInput(name="Anna de Boer", email="anna@ipo.example")
    return TicketInput(
        type_="incident",
        contract="dap-example",
        organisation="ipo",
        title=title,
        channel="phone",
        priority=priority,
        service="cloud",
        requester=requester,
    )


def main(url: str, token: str) -> None:
    client = AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)

    first = good(create_ticket.sync(client=client, body=ticket("Mail hapert", "p3"), idempotency_key="python-1"))
    again = good(create_ticket.sync(client=client, body=ticket("Mail hapert", "p3"), idempotency_key="python-1"))
    assert again.id == first.id, "a repeat is the same ticket"
    second = good(create_ticket.sync(client=client, body=ticket("Printer hapert", "p3"), idempotency_key="python-2"))

    page = good(list_tickets.sync(client=client, page_size=1))
    assert len(page.items) == 1 and isinstance(page.next_cursor, str)
    other = good(list_tickets.sync(client=client, page_size=1, cursor=page.next_cursor))
    assert {page.items[0].id, other.items[0].id} == {first.id, second.id}
    assert other.next_cursor in (None, UNSET)

    text = "Wij kijken ernaar."
    message = good(create_ticket_message.sync(first.number, client=client, body=MessageInput(visibility="public", body=text)))
    assert message.body == text

    move = TransitionInput(to="in_progress", reason="In behandeling.")
    moved = good(create_ticket_transition.sync(first.number, client=client, body=move))
    assert moved.state == "active" and moved.version > first.version

    clocks = good(list_ticket_clocks.sync(first.number, client=client))
    assert {clock.kind for clock in clocks.items} == {"response", "resolution"}
    assert all(clock.goals for clock in clocks.items) and clocks.known_at.utcoffset() is not None

    refused = create_ticket.sync(client=client, body=ticket("", "urgent"))
    assert isinstance(refused, Problem) and refused.status == 400
    assert {"/title", "/priority"} <= {error.pointer for error in refused.errors}, refused.errors


main(*sys.argv[1:])
print("python: every answer was as the document says")
