"""Pages through services of which one loses a zone, event by event on one clock, each request by itself."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count


@dataclass
class Queue:
    """A pool: one queue and its servers, gone from 0 s on where it is dead."""

    servers: int
    service_s: Sequence[float]
    wait_s: float
    dead: bool
    waiting: list = field(default_factory=list)
    serving: list = field(default_factory=list)


@dataclass
class Step:
    """A stage of the page: its pools, its clients, and where each page's requests are sent."""

    fan_out: int
    trip_s: float
    overhead_s: float
    queues: list[Queue]
    retry_after_s: float
    reserve: float
    choices: Mapping[int, tuple[int, int, Sequence[int]]]
    tokens: float = 0.0


class Clock:
    """Pages that come at given times, followed to their end."""

    def __init__(self, came_s, steps, detection_s, budget, most_retries):
        self.steps, self.detection_s, self.budget, self.most_retries = steps, detection_s, budget, most_retries
        self.events, self.order = [], count()
        self.open, self.shed, self.lost, self.retried, self.done = {}, set(), set(), set(), {}
        for step in steps:
            step.tokens = step.reserve
        for page, time in enumerate(came_s):
            self.at(time + 0.5 * steps[0].trip_s, "enter", page, 0)
        self.at(0.0, "loss")

    def at(self, time, *what):
        """Something happens at an instant."""
        heapq.heappush(self.events, (time, next(self.order), what))

    def run(self):
        """Handle all events of an instant, then start what can start."""
        while self.events:
            now = self.events[0][0]
            while self.events and self.events[0][0] == now:
                _, _, (kind, *rest) = heapq.heappop(self.events)
                getattr(self, kind)(now, *rest)
            for number, step in enumerate(self.steps):
                for queue in step.queues:
                    self.start(now, number, queue)
        return self.done

    def enter(self, now, page, number):
        """The requests of a page arrive together."""
        step = self.steps[number]
        self.open[page] = step.fan_out
        before, after, _ = step.choices[page]
        for request in range(step.fan_out):
            if now >= 0.0:
                step.tokens = min(step.reserve, step.tokens + self.budget)
            self.come(now, page, number, request, 0, before if now < self.detection_s else after)

    def come(self, now, page, number, request, tried, pool):
        """A request comes to a pool, or is turned away."""
        step = self.steps[number]
        if pool < 0:
            self.shed.add(page)
        elif step.queues[pool].dead and now >= 0.0:
            self.lose(now, page, number, request, tried)
        else:
            step.queues[pool].waiting.append((now, page, request, tried))
            self.at(now + step.queues[pool].wait_s, "ring")

    def ring(self, now):
        """A wait may be over."""

    def lose(self, now, page, number, request, tried):
        """A request is lost; its client tries again later."""
        self.lost.add(page)
        self.at(now + self.steps[number].retry_after_s, "again", page, number, request, tried)

    def again(self, now, page, number, request, tried):
        """A client tries again, if there is budget for it."""
        step = self.steps[number]
        if step.tokens < 1.0 or tried == self.most_retries:
            self.shed.add(page)
            return
        step.tokens -= 1.0
        self.retried.add(page)
        _, after, retries = step.choices[page]
        self.come(now, page, number, request, tried + 1, retries[tried] if now < self.detection_s else after)

    def loss(self, now):
        """What is in service or waits at dead pools is lost, first come first."""
        for number, step in enumerate(self.steps):
            for queue in step.queues:
                if queue.dead:
                    for _, page, request, tried in chain(*queue.serving, queue.waiting):
                        self.lose(now, page, number, request, tried)
                    queue.waiting = []

    def start(self, now, number, queue):
        """Batches start while a server is free and one may start."""
        while queue.waiting and len(queue.serving) < queue.servers:
            full = len(queue.waiting) >= len(queue.service_s)
            if not full and now < queue.waiting[0][0] + queue.wait_s:
                return
            size = min(len(queue.waiting), len(queue.service_s))
            batch, queue.waiting = queue.waiting[:size], queue.waiting[size:]
            queue.serving.append(batch)
            self.at(now + queue.service_s[size - 1], "served", number, queue, batch)

    def served(self, now, number, queue, batch):
        """A batch is done; that of a pool that is gone was lost with it."""
        queue.serving.remove(batch)
        step = self.steps[number]
        if queue.dead and now > 0.0:
            return
        for _, page, _, _ in batch:
            self.open[page] -= 1
            if self.open[page] == 0 and page not in self.shed:
                back = round(now, 9) + 0.5 * step.trip_s + step.overhead_s  # as floats of one instant are one
                if number + 1 < len(self.steps):
                    self.at(back + 0.5 * self.steps[number + 1].trip_s, "enter", page, number + 1)
                else:
                    self.done[page] = back
