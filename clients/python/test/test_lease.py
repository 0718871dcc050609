"""How a lease is kept, with time that passes only in sleeps: the same plans as the TypeScript helper has."""

from __future__ import annotations

import random
import threading
import unittest
from typing import Any, Callable, Dict, List, Optional, Union

import support
from mcp_hub import HubError, Json, _Clock, _Keeper, _Reporter, _Rest

Answer = Union[str, Dict[str, Any]]


class World(_Clock):
    """A hub that answers from a script, and a clock of its own."""

    def __init__(self, replies: Callable[[str, int], Answer] = lambda _call, _index: "ok") -> None:
        self.replies = replies
        self.calls: List[str] = []
        self.times: List[float] = []
        self.proofs: List[Optional[str]] = []
        self.now = 0.0
        self.wall = 1_700_000_000_000.0
        self.suspended = {"monotonic": 0.0, "wall": 0.0}
        self.random = 0.5
        self.heartbeat_ms: Any = 10_000
        self.has_lease = True
        self.most = 10
        self.left: List[str] = []
        self.stop = threading.Event()

    # The clock.

    def monotonic_ms(self) -> float:
        return self.now

    def wall_ms(self) -> float:
        return self.wall

    def sleep(self, duration_ms: float, stop: threading.Event) -> None:
        self.now += duration_ms + self.suspended["monotonic"]
        self.wall += duration_ms + self.suspended["wall"]
        self.suspended = {"monotonic": 0.0, "wall": 0.0}

    def chance(self) -> float:
        return self.random

    # The hub.

    def _reply(self, call: str) -> Answer:
        self.calls.append(call)
        self.times.append(self.now)
        if len(self.calls) >= self.most:
            self.stop.set()
        reply = self.replies(call, len(self.calls) - 1)
        if isinstance(reply, dict) and "wait_ms" not in reply:
            raise HubError(reply.get("status", 0), reply.get("code", "X"), "no", reply.get("retry_after_ms"))
        return reply

    def register(self, proof: Optional[str]) -> Dict[str, Any]:
        self.proofs.append(proof)
        reply = self._reply("register")
        answer: Dict[str, Any] = {"server": {"id": "s", "name": "n"}, "instance": {"id": "i"}}
        if isinstance(reply, dict):
            return {**answer, "retryAfterMs": reply["wait_ms"]}
        lease = {"id": f"lease {len(self.proofs)}", "ttlMs": 30_000, "heartbeatMs": self.heartbeat_ms}
        return {**answer, "lease": lease} if self.has_lease else answer

    def renew(self) -> Dict[str, Any]:
        self._reply("renew")
        return {"ttlMs": 30_000, "heartbeatMs": self.heartbeat_ms}

    def run(self, most: int = 10) -> "World":
        self.most = most
        rest = WorldRest(self)
        self.reported: List[str] = []
        reporter = _Reporter(rest, self.reported.append, lambda _answer: None)
        _Keeper(rest, dict, reporter, self.stop, self).run()
        return self

    def gaps(self) -> List[float]:
        return [round(after - before, 3) for before, after in zip(self.times, self.times[1:])]


class WorldRest(_Rest):
    """The requests to the hub of a world."""

    def __init__(self, world: World) -> None:
        super().__init__("http://hub", None, 1)
        self._world = world

    def register(self, registration: Json, proof: Optional[str]) -> Json:
        return self._world.register(proof)

    def renew(self, lease_id: str) -> Json:
        return self._world.renew()

    def deregister(self, lease_id: str, timeout: float) -> None:
        self._world.left.append(lease_id)


def always(answer: Answer) -> Callable[[str, int], Answer]:
    return lambda _call, _index: answer


def scripted(answers: List[Answer]) -> Callable[[str, int], Answer]:
    return lambda _call, index: answers[index]


def any_answer(chance: random.Random) -> Answer:
    statuses = [0, 400, 401, 404, 409, 429, 500, 503]
    answers: List[Answer] = [
        "ok",
        {"wait_ms": chance.randrange(40_000)},
        {"status": chance.choice(statuses), "retry_after_ms": chance.choice([None, chance.randrange(60_000)])},
    ]
    return chance.choice(answers)


def at(*indexes: int, then: Answer) -> Callable[[str, int], Answer]:
    return lambda _call, index: then if index in indexes else "ok"


class Leases(support.HubTest):
    def test_registers_then_beats_at_the_hubs_interval_after_a_random_first_phase(self) -> None:
        world = World().run(4)
        self.assertEqual(world.calls, ["register", "renew", "renew", "renew"])
        self.assertEqual(world.gaps(), [5_000, 10_000, 10_000])

    def test_the_interval_varies_by_10_percent_and_follows_the_hub(self) -> None:
        world = World()
        world.random, world.heartbeat_ms = 0, 20_000
        self.assertEqual(world.run(3).gaps(), [0, 18_000])

    def test_an_interval_out_of_reason_is_none(self) -> None:
        usual = [(said, 10_000) for said in (0, "soon", True, None, float("nan"))]
        for said, used in [*usual, (1, 250), (-5, 250), (1e12, 3_600_000)]:
            world = World()
            world.heartbeat_ms = said
            self.assertEqual([said, world.run(3).gaps()[1]], [said, used])

    def test_tries_for_ever_with_growing_pauses_never_above_30_s(self) -> None:
        world = World(always({"status": 0}))
        world.random = 1
        self.assertEqual(world.run(8).gaps(), [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])

    def test_404_to_a_heartbeat_registers_again_within_a_second_with_no_backoff(self) -> None:
        world = World(at(1, then={"status": 404})).run(4)
        self.assertEqual(world.calls, ["register", "renew", "register", "renew"])
        self.assertEqual(world.gaps()[1], 500)

    def test_a_refusal_is_tried_again_slowly(self) -> None:
        for status in (401, 403, 409, 422):
            world = World(always({"status": status}))
            self.assertEqual(world.run(4).gaps(), [30_000, 30_000, 30_000])

    def test_failed_heartbeats_are_retried_soon_and_do_not_register_again(self) -> None:
        world = World(at(1, 2, 3, then={"status": 500})).run(6)
        self.assertEqual(world.calls, ["register"] + ["renew"] * 5)
        self.assertEqual(world.gaps()[1:4], [500, 1_000, 2_000])

    def test_without_a_lease_it_says_hello_every_30_s(self) -> None:
        world = World()
        world.has_lease = False
        self.assertEqual(world.run(3).gaps(), [30_000, 30_000])
        self.assertEqual(world.calls, ["register"] * 3)

    def test_while_another_lease_lives_asks_again_as_the_hub_says_told_once(self) -> None:
        world = World(lambda call, index: {"wait_ms": 8_000} if call == "register" and index < 3 else "ok").run(5)
        self.assertEqual(world.calls, ["register"] * 4 + ["renew"])
        self.assertEqual(world.gaps(), [8_400, 8_400, 8_400, 5_000])
        self.assertEqual(len(self.log.holding("waits for the lease of another process")), 1)

    def test_what_the_hub_asks_to_wait_is_kept_within_reason(self) -> None:
        for said, waited in ((0, 250), (-5, 250), (3_600_000, 30_000), ("soon", 250)):
            world = World(always({"wait_ms": said}))
            world.random = 0
            self.assertEqual(world.run(2).gaps(), [waited])

    def test_the_name_of_another_server_is_asked_for_as_the_hub_says(self) -> None:
        taken = {"status": 409, "code": "NAME_TAKEN", "retry_after_ms": 6_000}
        self.assertEqual(World(always(taken)).run(4).gaps(), [6_300, 6_300, 6_300])

    def test_429_and_503_wait_as_long_as_the_hub_asks_and_up_to_a_second_more(self) -> None:
        for status in (429, 503):
            world = World(always({"status": status, "retry_after_ms": 7_000})).run(3)
            self.assertEqual(world.gaps(), [7_500, 7_500])

    def test_the_last_lease_is_the_proof_also_after_refusals_and_waiting(self) -> None:
        script: List[Answer] = ["ok", {"status": 404}, {"status": 500}, {"wait_ms": 1_000}, "ok"]
        world = World(scripted(script)).run(5)
        self.assertEqual(world.proofs, [None, "lease 1", "lease 1", "lease 1"])

    def test_what_was_overdue_when_the_machine_woke_up_is_done_at_once(self) -> None:
        for clock in ("monotonic", "wall"):
            world = World()
            world.suspended = {"monotonic": 0.0, "wall": 0.0, clock: 600_000.0}
            world.run(2)
            self.assertEqual(world.gaps()[0] - (600_000 if clock == "monotonic" else 0), 2_000)

    def test_it_leaves_with_the_lease_that_it_has(self) -> None:
        self.assertEqual(World(at(1, then={"status": 404})).run(4).left, ["lease 2"])
        self.assertEqual(World(always({"status": 0})).run(2).left, [])

    def test_each_trouble_is_told_once_until_it_is_over(self) -> None:
        script: List[Answer] = [{"status": 0}] * 4 + ["ok", "ok"] + [{"status": 500}] * 3 + ["ok"] * 2
        World(scripted(script)).run(11)
        levels = [line.split(":")[0] for line in self.log.lines]
        self.assertEqual(levels, ["WARNING", "INFO", "WARNING", "INFO"])

    def test_whatever_the_hub_answers_it_goes_on_never_faster_than_allowed(self) -> None:
        seed = random.randrange(1 << 32)
        chance = random.Random(seed)
        for _ in range(300):
            script = [any_answer(chance) for _ in range(30)]
            world = World(scripted(script))
            world.random = chance.uniform(0.2, 0.99)
            world.run(30)
            self.assertEqual(len(world.calls), 30, f"seed {seed}")
            self.assertGreaterEqual(min(world.gaps()), 200, f"seed {seed}")
            for index, call in enumerate(world.calls):
                if call == "renew" and world.calls[index - 1] == "register":
                    self.assertEqual(script[index - 1], "ok", f"seed {seed}")


if __name__ == "__main__":
    unittest.main()
