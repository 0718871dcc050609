import { contract } from "@hub/api";
import { closeAll, knownTokens, ModernClient, ModernUpstream, TestHub, tool } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const everything = ["read", "call", "register", "admin"] as const;
const access = knownTokens({
  admin: [{ action: "admin" }],
  reader: [{ action: "read", servers: ["shelf"] }],
  local: everything.map((action) => ({ action, servers: ["shelf"] })),
});

/** A name that there is, but not for everybody, and one as long that nothing has. */
const hidden = "vault";
const unknown = "vauxx";

const offer = (id: string) => ({
  tools: [tool(`open_${id}`, { description: `Opens the ${id}.` })],
  prompts: [{ name: `about_${id}` }],
  resources: [{ uri: `file:///${id}/key.txt`, name: id }],
  name: id,
});

const paths = (method: string, path: string): readonly string[] =>
  path.includes("{id}")
    ? [path.replace("{id}", "NAME")]
    : method !== "get"
      ? [path]
      : [path, ...["server", "servers", "tag", "q", "cursor"].map((one) => `${path}?${one}=NAME`)];

const bodies: readonly object[] = [
  {},
  { server: "NAME" },
  { servers: ["NAME"], name: "Some" },
  { tags: ["NAME"], name: "Some" },
  { allow: ["NAME/open_NAME"], name: "Some" },
];

/** What differs each time. */
const changing = /\d{4}-\d\d-\d\dT[\d:.]+Z|urn:uuid:[-\w]+/g;

test("no route tells a server that somebody may not see from one that does not exist, nor anything of it", async () => {
  const hub = await TestHub.start({ access, token: "admin" });
  await hub.register(hidden, await ModernUpstream.start(offer(hidden)), { tags: [hidden] });
  await hub.register("shelf", await ModernUpstream.start(offer("shelf")));
  await new ModernClient(hub.url, { token: "admin" }).call(`${hidden}__open_${hidden}`).done;
  await hub.rest("POST", "/toolsets", { name: "Both", servers: [hidden, "shelf"] });

  const ask = async (token: string, method: string, path: string, body: string | undefined) => {
    const answer = await fetch(`${hub.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const told = (await answer.text()).replace(changing, "");
    return { status: answer.status, told, etag: answer.headers.get("etag") };
  };
  let answered = 0;
  const said: unknown[] = [];
  for (const { method, path } of contract) {
    // Who says a name there is told of the name alone: other tests look at these.
    if (path === "/register" || path.startsWith("/session")) continue;
    const sent = method === "get" || method === "delete" ? [undefined] : bodies;
    for (const token of ["reader", "local"])
      for (const asked of paths(method, path.replace("{client}", "cursor")))
        for (const body of sent) {
          const as = (name: string) =>
            ask(
              token,
              method.toUpperCase(),
              asked.replace("NAME", name),
              body === undefined ? undefined : JSON.stringify(body).replaceAll("NAME", name),
            );
          const [one, other] = [await as(hidden), await as(unknown)];
          answered += one.status === 200 ? 1 : 0;
          if (other.told.includes(hidden)) said.push([token, method, asked, body, other]);
          const plain = JSON.stringify(other).replaceAll(unknown, hidden);
          if (JSON.stringify(one) !== plain) said.push([token, method, asked, body, one, other]);
        }
  }
  expect(said).toEqual([]);
  expect(answered).toBeGreaterThan(100);
});

test("a preview of a toolset shows who may read some servers what callers of those would be shown", async () => {
  const hub = await TestHub.start({ access, token: "admin" });
  await hub.register(hidden, await ModernUpstream.start(offer(hidden)));
  await hub.register("shelf", await ModernUpstream.start(offer("shelf")));
  const toolset = { name: "Both", servers: [hidden, "shelf"] };
  for (const [token, expected] of [
    ["admin", ["shelf__open_shelf", "vault__open_vault"]],
    ["reader", ["shelf__open_shelf"]],
    ["local", ["shelf__open_shelf"]],
  ] as const) {
    const answer = await fetch(`${hub.url}/toolsets/preview`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(toolset),
    });
    const { tools } = (await answer.json()) as { readonly tools: readonly { name: string }[] };
    expect([token, tools.map(({ name }) => name).toSorted()]).toEqual([token, expected]);
  }
});
