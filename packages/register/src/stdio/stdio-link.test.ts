import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { JsonRpcMessage } from "../wrap/json-rpc.js";
import { ShownOutput } from "./shown-output.js";
import { createStdioLink } from "./stdio-link.js";

/** A link to a process that writes these lines and ends. */
function linkTo(lines: readonly string[]) {
  const script = "process.stdout.write(process.env.LINES)";
  const child = spawn(process.execPath, ["-e", script], {
    env: { LINES: `${lines.join("\n")}\n` },
  });
  const logged: string[] = [];
  const log = ({ message }: { message: string }) => void logged.push(message);
  const output = new ShownOutput({ to: new PassThrough(), prefix: "", log, now: () => 0 });
  const link = createStdioLink(child, {
    output,
    log,
    onUnreadable: () => {},
    close: async () => {},
  });
  return { link, logged, ended: once(child, "close") };
}

test("a message that cannot be handled is told of once and ends nothing", async () => {
  const line = (id: number) => `{"jsonrpc":"2.0","id":${id},"result":{}}`;
  const { link, logged, ended } = linkTo([1, 2, 3, 4].map(line));
  const handled: JsonRpcMessage[] = [];
  link.onMessage = (message) => {
    if ("id" in message && Number(message.id) < 3) throw new RangeError("too much");
    handled.push(message);
  };
  await ended;
  expect(handled).toMatchObject([{ id: 3 }, { id: 4 }]);
  expect(logged).toEqual([
    "a message of the server cannot be handled: too much; further ones like it are not reported",
  ]);
});

test("an id that is nested too deep ends nothing either", async () => {
  const nested = "[".repeat(20_000) + "]".repeat(20_000);
  const { link, logged, ended } = linkTo([
    `{"jsonrpc":"2.0","id":${nested},"method":"roots/list"}`,
    `{"jsonrpc":"2.0","id":${nested},"result":{}}`,
    `{"jsonrpc":"2.0","id":1,"result":{}}`,
  ]);
  const handled: unknown[] = [];
  link.onMessage = (message) => handled.push("id" in message && JSON.stringify(message.id));
  await ended;
  expect(handled).toEqual(["1"]);
  expect(logged[0]).toContain("is not passed on: it is nested more than 1000 deep");
});
