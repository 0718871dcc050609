import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeAll, closeServers, ModernUpstream, serve, TestHub, until } from "@hub/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runInProcess } from "./support/in-process.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mcp-hub-credential-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await closeAll();
  await closeServers();
});

const token = "tk-77c1e0";

/** A hub with a server that lets only requests in that have these headers. */
async function world(wanted: Readonly<Record<string, string>>) {
  const hub = await TestHub.start();
  const weather = new ModernUpstream({ name: "my-server" });
  const heads: IncomingMessage["headers"][] = [];
  weather.intercept = (request, response) => {
    heads.push(request.headers);
    if (Object.entries(wanted).every(([name, value]) => request.headers[name] === value))
      return false;
    request.resume();
    response.writeHead(401).end();
    return true;
  };
  await weather.start();
  await hub.announce("my-server", weather.endpoint);
  await until("it to need a token", () => hub.status("my-server") === "needs-token");
  const run = (
    words: readonly string[],
    more: { stdin?: string; columns?: number; answer?: string } = {},
  ) => runInProcess([...words, "--hub", hub.url], { folder, ...more });
  return { hub, weather, heads, run };
}

/** The commands of the guide, in their order. */
const guide = readFileSync(
  join(import.meta.dirname, "../../../docs/guides/credentials.md"),
  "utf8",
);
const typed = [...guide.matchAll(/^npm run hub -- (credential .+)$/gm)].map(([, line = ""]) =>
  line.split(" "),
);

describe("mcp-hub credential", () => {
  test("does what the guide says, in the order of the guide", async () => {
    const { hub, weather, heads, run } = await world({ authorization: `Bearer ${token}` });
    writeFileSync(join(folder, "token.txt"), `${token}\n`);
    writeFileSync(join(folder, "key.txt"), "key-1");
    writeFileSync(join(folder, "secret.txt"), "client-secret\n");
    const issuer = await serve((request, response) => {
      request.resume();
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ access_token: token, token_type: "Bearer" }));
    });
    expect(typed.map((words) => words.slice(0, 3).join(" "))).toEqual([
      "credential set my-server",
      "credential set my-server",
      "credential set my-server",
      "credential list my-server",
      "credential confirm my-server",
      "credential remove my-server",
    ]);
    for (const words of typed) {
      const here = words.map((word) => word.replace("http://127.0.0.1:8003", issuer.origin));
      const { code, out, err } = await run(here);
      expect([words, code, err]).toEqual([words, 0, ""]);
      expect(out).not.toMatch(/tk-77c1e0|key-1|client-secret/);
      expect(hub.status("my-server")).toBe("up");
      if (words.includes("--bearer"))
        expect(heads.at(-1)).toMatchObject({ authorization: `Bearer ${token}` });
      if (words.includes("X-Api-Key") && words[1] === "set")
        expect(heads.at(-1)).toMatchObject({ "x-api-key": "key-1" });
      if (words[1] === "list") expect(out).toMatch(/Authorization +oauth-client +sent/);
    }
    expect(issuer.requests).toEqual(["POST /token"]);
    const { out } = await run(["credential", "list", "my-server", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      origins: [new URL(weather.endpoint).origin],
      credentials: [{ name: "Authorization", kind: "oauth-client" }],
    });
  });

  test("takes the secret from stdin, and asks for it on a terminal", async () => {
    const { hub, run } = await world({ authorization: `Bearer ${token}`, "x-key": "k" });
    const set = ["credential", "set", "my-server"];
    const piped = await run([...set, "--bearer"], { stdin: `Bearer ${token}\r\n` });
    expect(piped).toMatchObject({ code: 0, out: expect.stringContaining("is needs-token") });
    expect(piped.out).toContain("refused");
    const asked = await run([...set, "--header", "X-Key"], { columns: 100, answer: "k" });
    expect(asked).toMatchObject({ code: 0, err: "X-Key: \n" });
    expect(hub.status("my-server")).toBe("up");
  });

  const usage = {
    "a token without its scheme": [[], token, /--bearer/],
    "nothing on stdin": [["--bearer"], "\n", /no secret on stdin/],
    "a file that is not there": [["--file", "nowhere"], "", /nowhere cannot be read/],
    "an OAuth client without its issuer": [["--client-id", "a"], "s", /--token-endpoint/],
    "an OAuth client without its id": [
      ["--token-endpoint", "https://a.example"],
      "s",
      /--client-id/,
    ],
    "an OAuth client with a header": [
      ["--token-endpoint", "https://a.example", "--client-id", "a", "--bearer"],
      "s",
      /leave --header and --bearer out/,
    ],
  } as const;
  test.each(Object.entries(usage))("refuses %s", async (_, [options, stdin, said]) => {
    const { run } = await world({ authorization: "x" });
    const { code, err } = await run(["credential", "set", "my-server", ...options], { stdin });
    expect(err).toMatch(said);
    expect(code).toBe(2);
    expect(err).not.toContain(token);
  });

  test("asks before it forgets or confirms something, and says when there is nothing", async () => {
    const { hub, run } = await world({ authorization: `Bearer ${token}` });
    const none = await run(["credential", "list", "my-server"]);
    expect(none).toMatchObject({
      code: 0,
      out: "",
      err: expect.stringContaining("credential set"),
    });
    for (const command of ["remove", "confirm"])
      expect((await run(["credential", command, "my-server", "--yes"])).code).toBe(3);
    await run(["credential", "set", "my-server", "--bearer"], { stdin: token });
    for (const command of ["remove", "confirm"]) {
      expect((await run(["credential", command, "my-server"])).code).toBe(2);
      const refused = await run(["credential", command, "my-server"], { columns: 80, answer: "n" });
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("was not yes") });
    }
    expect(hub.status("my-server")).toBe("up");
    await run(["credential", "remove", "my-server"], { columns: 80, answer: "yes" });
    await until("it to need a token again", () => hub.status("my-server") === "needs-token");
  });
});
