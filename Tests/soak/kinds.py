"""What the requests of a soak are: what each asks the upstream to do, and what its client must get for it.

A request says in its `user` field who it is and what is to happen: `soak-17:cut`. The upstream reads it there, and puts
the name into every answer, so that no answer can be taken for another's.
"""

import dataclasses
import random

EVENTS = 8
LARGE = 100_000


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of request. `weight` is its part among those of its group."""

    name: str
    weight: int = 10
    stream: bool = False
    # Of the answer's status line; 0 for requests that are given up before there is one.
    status: int = 200
    # The code of the error that the client must be told of, or "" where any will do.
    error: str | None = None
    # The client sends so much text.
    sends: int = 40
    model: str = "soak"


WELL = [
    Kind("plain", 55), Kind("stream", 25, stream=True), Kind("slow-stream", 5, stream=True), Kind("large-answer", 4),
    Kind("large-request", 4, sends=LARGE), Kind("late", 2), Kind("close", 3), Kind("interim", 2),
]

FAULTS = [
    # No answer, or none that is one.
    Kind("fin", status=502, error="upstream_connection_lost"), Kind("rst", status=502, error="upstream_connection_lost"),
    Kind("half-head", status=502, error="upstream_connection_lost"), Kind("garbage", status=502, error="bad_upstream_response"),
    Kind("short", status=502, error="upstream_connection_lost"), Kind("web-page", status=502, error="bad_upstream_response"),
    Kind("bad-chunk", status=502, error="bad_upstream_response"), Kind("error-429", status=429, error=""),
    Kind("error-500", status=500, error=""), Kind("early-400", status=400, error="", sends=LARGE),
    Kind("refused", status=502, error="upstream_unreachable", model="dead"),
    Kind("silent", 2, status=504, error="upstream_timeout"),
    # Streams that do not come to their end.
    Kind("stream-cut", stream=True, error="upstream_connection_lost"),
    Kind("stream-rst", stream=True, error="upstream_connection_lost"),
    Kind("stream-ended", stream=True, error="upstream_stream_cut"),
    Kind("stream-bad-chunk", stream=True, error="bad_upstream_response"),
    Kind("stream-error", stream=True, error="soaked"), Kind("stream-silent", 2, stream=True, error="upstream_timeout"),
]

# Where a client gives up. The upstream has to be slow where it waits for an answer.
ABORTS = [
    Kind("at-connect", status=0), Kind("in-head", status=0), Kind("in-body", status=0, sends=LARGE),
    Kind("late", 20, status=0), Kind("late", 20, status=0, stream=True), Kind("slow-stream", 30, status=0, stream=True),
    Kind("large-answer", status=0), Kind("plain", status=0),
]


class Deck:
    """Deals kinds at random: of each hundred requests some meet a fault of the upstream, some are given up."""

    def __init__(self, seed, faults, aborts):
        self.random = random.Random(seed)
        self.faults, self.aborts = faults / 100, aborts / 100

    def deal(self):
        """A kind, and whether the client gives up."""
        at = self.random.random()
        if at < self.faults:
            return self.pick(FAULTS), False
        if at < self.faults + self.aborts:
            return self.pick(ABORTS), True
        return self.pick(WELL), False

    def pick(self, kinds):
        return self.random.choices(kinds, [kind.weight for kind in kinds])[0]
