"""What the parts of the agent know of each other: how tunnel and registration stand, and whether to stop.

One lock, one condition. Whatever changes is logged once, published, and wakes whoever waits.
"""

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType

State = Mapping[str, object]
"""`is` and what belongs to it; without secrets, it is shown to everybody."""


class Board:
    def __init__(self, publish: Callable[[Mapping[str, State]], None], log: Callable[[str], None]) -> None:
        self._changed = threading.Condition()
        self._states: dict[str, State] = {}
        self._stopping = False
        self._fault = False
        self._publish = publish
        self._log = log

    def post(self, part: str, text: str, **state: object) -> None:
        with self._changed:
            self._states[part] = MappingProxyType(state)
            self._log(f"{part}: {text}")
            self._publish(self._states)
            self._changed.notify_all()

    def state(self, part: str) -> State:
        with self._changed:
            return self._states.get(part, {})

    @property
    def is_stopping(self) -> bool:
        return self._stopping

    @property
    def is_faulty(self) -> bool:
        return self._fault

    def stop(self, *, fault: bool = False) -> None:
        with self._changed:
            self._stopping = True
            self._fault = self._fault or fault
            self._changed.notify_all()

    def wait(self, holds: Callable[[], bool] = lambda: False, seconds: float | None = None) -> None:
        """Until it holds, the time is over, or the agent is to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or holds(), seconds)
