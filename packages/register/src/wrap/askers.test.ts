import fc from "fast-check";
import { expect, test } from "vitest";
import { Askers } from "./askers.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 500);

type Work = { readonly client: object; isUnderWay: boolean };

test("one client is named only when nothing of any other can still be at work in the server", () => {
  const step = fc.record({
    kind: fc.constantFrom("open", "close", "begin", "answer", "give up", "restart"),
    who: fc.nat(2),
    which: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clients = [{ name: "a" }, { name: "b" }, { name: "c" }];
      const askers = new Askers<object>();
      const open = new Set<object>();
      /** What the server may work on: a call that was given up may go on there. */
      let atWork: Work[] = [];
      for (const { kind, who, which } of steps) {
        const client = clients[who] ?? {};
        const underWay = atWork.filter(({ isUnderWay }) => isUnderWay);
        const work = underWay[which % Math.max(underWay.length, 1)];
        if (kind === "open") {
          open.add(client);
          askers.open(client);
        } else if (kind === "close") {
          for (const one of atWork.filter((one) => one.client === client && one.isUnderWay)) {
            one.isUnderWay = false;
            askers.ended(client, false);
          }
          open.delete(client);
          askers.close(client);
        } else if (kind === "begin") {
          askers.began(client);
          atWork.push({ client, isUnderWay: true });
        } else if (kind === "restart") {
          for (const one of underWay) askers.ended(one.client, true);
          atWork = [];
          askers.forgetCalls();
        } else if (work !== undefined) {
          askers.ended(work.client, kind === "answer");
          work.isUnderWay = false;
          if (kind === "answer") atWork = atWork.filter((one) => one !== work);
        }
        const possible = new Set([...open, ...atWork.map((one) => one.client)]);
        const { sole } = askers;
        if (sole !== undefined) expect([...possible]).toEqual([sole]);
      }
    }),
    { numRuns },
  );
});

test("the only session is named, also after its own call was given up, and nobody beside another", () => {
  const askers = new Askers<object>();
  const [alice, bob] = [{}, {}];
  expect(askers.sole).toBeUndefined();
  askers.open(alice);
  expect(askers.sole).toBe(alice);
  askers.began(alice);
  askers.ended(alice, false);
  expect(askers.sole).toBe(alice);
  askers.open(bob);
  expect(askers.sole).toBeUndefined();
  askers.close(alice);
  // What Alice gave up may still ask.
  expect(askers.sole).toBeUndefined();
  askers.forgetCalls();
  expect(askers.sole).toBe(bob);
});
