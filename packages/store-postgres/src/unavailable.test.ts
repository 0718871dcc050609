import { expect, test } from "vitest";
import { sqlStateOf, unavailable } from "./unavailable.js";

const failing = (code?: string) => Object.assign(new Error("It failed."), { code });

test.each([
  [undefined, "its database does not answer"],
  ["ECONNREFUSED", "its database does not answer"],
  ["EPIPE", "its database does not answer"],
  ["08006", "its database does not answer"],
  ["57P02", "its database does not answer"],
  ["53100", "its database's disk is full"],
  ["22P02", "its database refuses it (SQLSTATE 22P02)"],
])("a failure %s is told as it is", (code, cause) => {
  expect(unavailable(failing(code)).message).toContain(`: ${cause}. `);
});

test("an error of the system is none of Postgres", () => {
  expect([failing("EPIPE"), failing("0A000"), "EPIPE"].map(sqlStateOf)).toEqual([
    undefined,
    "0A000",
    undefined,
  ]);
});
