"""What the door has to know of Gradio's queue; nothing else looks into it."""

from __future__ import annotations

import gradio as gr


class PageEvents:
    """The events of a page that is served or will be."""

    def __init__(self, blocks: gr.Blocks) -> None:
        self._blocks = blocks

    def waiting(self) -> int:
        """How many events wait for their turn."""
        return len(self._blocks._queue)

    def has_function(self, number: int) -> bool:
        """Whether there is a function of this number that a browser may call."""
        return number in self._blocks.fns

    def has_session(self, name: str) -> bool:
        """Whether there is something to be told in this session."""
        return name in self._blocks._queue.pending_messages_per_session

    def has_event(self, name: str) -> bool:
        """Whether there is something to be told of this event."""
        queue = self._blocks._queue
        if name in queue.event_ids_to_events:
            return True
        # Another thread may add a session meanwhile.
        return any(name in names for names in list(queue.pending_event_ids_session.values()))
