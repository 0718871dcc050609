import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { BudgetBook } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { expect, test } from "vitest";
import { Callers } from "./callers.js";

const named = (name: string): Principal => ({
  kind: "token",
  id: `token:${name}`,
  grants: [{ action: "call" }],
});

/** Begins a call of somebody; returns how it ends, or why it may not begin. */
function begin(callers: Callers, who: Principal) {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  return callers.begin(who, response) ?? (() => response.emit("close"));
}

test("calls of one caller are counted until they end, however many others call meanwhile", () => {
  const budgets = new BudgetBook({ callerCalls: 2 });
  const callers = new Callers(budgets, () => 0);
  const busy = named("busy");
  const first = begin(callers, busy);
  const second = begin(callers, busy);
  for (let index = 0; index < 5_000; index += 1) {
    const end = begin(callers, named(`other ${index}`));
    expect(end).toBeTypeOf("function");
    if (typeof end === "function") end();
  }
  expect(begin(callers, busy)).toMatchObject({ code: "TOO_MANY_REQUESTS" });
  const use = () => budgets.report().find(({ name }) => name === "callerCalls");
  expect(use()).toMatchObject({ used: 2, by: "token:busy", refused: 1 });
  for (const end of [first, second]) if (typeof end === "function") end();
  expect(use()).toMatchObject({ used: 0 });
  expect(begin(callers, busy)).toBeTypeOf("function");
});
