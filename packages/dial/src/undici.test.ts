import { execFileSync } from "node:child_process";
import * as undici from "undici";
import { expect, test } from "vitest";
import { Agent, parseHeaders, sendBy } from "./undici.js";

test("what is loaded of undici alone is what undici exports", () => {
  expect(Agent).toBe(undici.Agent);
  expect(sendBy).toBe(undici.Dispatcher.prototype.request);
  expect(parseHeaders).toBe(undici.util.parseHeaders);
});

test("all of undici is loaded only for who asks an address that the operator named", () => {
  // In a process of its own: other tests of this one have loaded it.
  const program = `
    import { createRequire } from "node:module";
    const { createDialer, createOperatorFetch } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
    const { cache } = createRequire(import.meta.url);
    const files = () => Object.keys(cache).filter((file) => file.includes("undici"));
    const { ask, close } = createOperatorFetch();
    const before = files();
    const refused = await ask("http://127.0.0.1:1/").catch(() => "refused");
    await close();
    console.log(JSON.stringify({ dialer: typeof createDialer, before, refused, after: files() }));`;
  const said = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
    }),
  );
  expect(said).toMatchObject({ dialer: "function", refused: "refused" });
  expect(said.before.join("\n")).toMatch(/dispatcher.agent\.js$/m);
  expect(said.before.join("\n")).not.toMatch(/undici.(index\.js|lib.(web|mock|cache))/);
  expect(said.after.join("\n")).toMatch(/undici.index\.js/);
});
