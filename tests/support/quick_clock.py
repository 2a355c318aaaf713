"""A clock on which nobody waits: what sleeps has slept at once, and time limits still come."""


class QuickClock:
    """The functions of ``time`` that a wait uses."""

    def __init__(self):
        self._now = 0.0

    def monotonic(self):
        return self._now

    def sleep(self, seconds):
        self._now += seconds
