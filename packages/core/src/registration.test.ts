import { describe, expect, test } from "vitest";
import { endpointKey } from "./endpoint.js";
import { registrationSchema } from "./registration.js";

const seed = {
  name: "MCP Server 1",
  transport: "streamable-http",
  endpoint: "http://localhost:8002/mcp",
};

function messageFor(change: unknown): string {
  const input = typeof change === "object" && change !== null ? { ...seed, ...change } : change;
  const parsed = registrationSchema.safeParse(input);
  if (parsed.success) return "accepted";
  return parsed.error.issues.map((one) => `${one.path.join(".")}: ${one.message}`).join("\n");
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

describe("a registration", () => {
  test("the values of the seed's form are one", () => {
    expect(registrationSchema.parse(seed)).toEqual(seed);
  });

  test("every field there is", () => {
    const full = {
      ...seed,
      title: "Weather",
      description: "Two\nlines.",
      version: "1.2.3",
      tags: ["weather", "eu"],
      owner: "team-a",
      repository: "https://github.com/acme/weather",
      websiteUrl: "https://acme.example",
      icons: [{ src: "data:image/png;base64,AAAA", sizes: ["48x48"], theme: "dark" }],
      metadata: { region: "eu", list: [1, null, { deep: true }] },
      instanceId: "pod-1",
      candidates: ["http://10.0.0.7:8002/mcp"],
      serviceKey: "secret",
      lease: { ttlMs: 30_000 },
    };
    expect(registrationSchema.parse(full)).toEqual(full);
  });

  test.each(["http", "HTTP", "streamableHttp", "streamable_http", " streamable-http "])(
    "the transport %s is streamable-http",
    (transport) => {
      expect(registrationSchema.parse({ ...seed, transport }).transport).toBe("streamable-http");
    },
  );

  test("names are put into one form, tags are said once", () => {
    const parsed = registrationSchema.parse({
      ...seed,
      name: " Cafe\u0301  1 ",
      tags: ["a", "a "],
    });
    expect(parsed).toMatchObject({ name: "Café 1", tags: ["a"] });
  });

  test.each([
    ["http://localhost:8002", "http://localhost:8002"],
    ["http://localhost:8002/", "http://localhost:8002/"],
    ["HTTP://LOCALHOST:80/mcp", "http://localhost/mcp"],
    ["http://[::1]:8002/mcp?x=1", "http://[::1]:8002/mcp?x=1"],
  ])("the endpoint %s is kept as %s", (endpoint, expected) => {
    expect(registrationSchema.parse({ ...seed, endpoint }).endpoint).toBe(expected);
  });

  test("two spellings of an endpoint are one", () => {
    expect(endpointKey("http://localhost:8002")).toBe(endpointKey("http://localhost:8002/"));
    expect(endpointKey("http://localhost/mcp")).not.toBe(endpointKey("http://localhost/mcp/"));
  });
});

describe("what is refused says what was expected and what came", () => {
  const long = (length: number) => "x".repeat(length);
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["nothing", null, ": must be a registration, got null"],
    ["a list", [seed], ": must hold"],
    ["a text", "name=x", ': must be a registration, got "name=x"'],
    ["no name", { name: undefined }, "name: is missing; expected text"],
    ["a number for a name", { name: 5 }, "name: must be text, got 5"],
    ["an empty name", { name: "  " }, "name: must not be empty"],
    ["a long name", { name: long(201) }, "name: must have at most 200 characters, got 201"],
    ["an invisible character", { name: "a\u202Eb" }, "got U+202E"],
    ["mixed scripts", { name: "Pаypal" }, "got Latin and Cyrillic"],
    ["no letter", { name: "---" }, 'name: must hold a letter or a digit, got "---"'],
    ["no transport", { transport: undefined }, "transport: is missing"],
    ["stdio", { transport: "stdio" }, "hub-register -- <command>"],
    ["another transport", { transport: "ws" }, 'must be "streamable-http" or "sse", got "ws"'],
    ["an inherited key", { transport: "constructor" }, 'got "constructor"'],
    ["no endpoint", { endpoint: undefined }, "endpoint: is missing"],
    ["a path", { endpoint: "/mcp" }, "must be an http:// or https:// URL such as"],
    ["a script", { endpoint: "javascript:alert(1)" }, 'got "javascript:alert(1)"'],
    ["a file", { endpoint: "file:///etc/passwd" }, "http:// or https://"],
    ["no host", { endpoint: "http:///mcp" }, "http:// or https://"],
    ["a line break", { endpoint: "http://localhost/\nmcp" }, "http:// or https://"],
    ["a fragment", { endpoint: "http://localhost/mcp#a" }, 'must hold no fragment, got "#a"'],
    [
      "a long endpoint",
      { endpoint: `http://a/${long(2_048)}` },
      "at most 2048 characters, got 2057",
    ],
    ["a description", { description: long(5_001) }, "at most 5000 characters, got 5001"],
    ["tags as text", { tags: "a,b" }, 'tags: must be a list of strings, got "a,b"'],
    ["a comma in a tag", { tags: ["a,b"] }, 'tags.0: must hold no comma, got "a,b"'],
    ["many tags", { tags: Array(33).fill("a") }, "tags: must have at most 32 tags, got 33"],
    [
      "a link",
      { repository: "git@x" },
      'repository: must be an http:// or https:// URL, got "git@x"',
    ],
    [
      "an SVG icon",
      { icons: [{ src: "data:image/svg+xml,<svg>" }] },
      "icons.0.src: must be an http(s)",
    ],
    ["a theme", { icons: [{ src: "http://a/b", theme: "x" }] }, '"light" or "dark", got "x"'],
    ["many icons", { icons: Array(9).fill({ src: "http://a/b" }) }, "at most 8 icons, got 9"],
    ["an instance id", { instanceId: "a/b" }, 'got "a/b"'],
    ["candidates", { candidates: ["nowhere"] }, "candidates.0: must be an http:// or"],
    ["many candidates", { candidates: Array(17).fill(seed.endpoint) }, "at most 16 URLs, got 17"],
    ["an empty key", { serviceKey: "" }, "serviceKey: must not be empty"],
    [
      "a lease",
      { lease: true },
      "lease: must be an object such as {} or { ttlMs: 30000 }, got true",
    ],
    ["a ttl of 0", { lease: { ttlMs: 0 } }, "lease.ttlMs: must be a number above 0, got 0"],
    ["half a ttl", { lease: { ttlMs: 0.5 } }, "must be a whole number of milliseconds, got 0.5"],
    ["a ttl as text", { lease: { ttlMs: "5" } }, 'must be a number of milliseconds, got "5"'],
    ["an unknown field", { command: "rm -rf /" }, "The hub starts no programs"],
    ["a field of the lease", { lease: { ttl: 5 } }, 'no other fields than ttlMs, got "ttl"'],
    ["metadata", { metadata: [] }, "metadata: must be an object, got a list of 0"],
    ["deep metadata", { metadata: { a: nested(9) } }, "must be nested at most 8 levels deep"],
    [
      "many keys",
      { metadata: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`k${n}`, n])) },
      "metadata: must hold at most 64 keys, got 65",
    ],
    ["a long key", { metadata: { [long(101)]: 1 } }, "keys of at most 100 characters, got 101"],
    [
      "large metadata",
      { metadata: { a: long(8_192) } },
      "at most 8192 characters as JSON, got 8200",
    ],
  ];
  test.each(cases)("%s", (_, change, expected) => expect(messageFor(change)).toContain(expected));

  test("a password is not repeated", () => {
    const message = messageFor({ endpoint: "http://user:hunter2@localhost/mcp" });
    expect(message).toContain("must hold no user name or password");
    expect(message).not.toContain("hunter2");
    expect(messageFor({ serviceKey: 12_345 })).not.toContain("12345");
  });

  test("nesting that would exhaust the stack is a refusal like any other", () => {
    for (const field of ["name", "tags", "icons", "metadata", "lease", "unknown"])
      expect(messageFor({ [field]: nested(30_000) })).not.toBe("accepted");
    expect(messageFor({ metadata: { a: nested(30_000) } })).toContain("8 levels deep");
  });

  test("`__proto__` is an unknown field, and in metadata it changes nobody", () => {
    expect(messageFor(JSON.parse('{"__proto__":{"admin":true}}'))).toBeDefined();
    const own = JSON.parse(`{"__proto__":{"admin":true},${JSON.stringify(seed).slice(1)}`);
    expect(registrationSchema.safeParse(own).success).toBe(false);
    const metadata = JSON.parse('{"__proto__":{"admin":true},"a":{"__proto__":{"admin":true}}}');
    const parsed = registrationSchema.parse({ ...seed, metadata });
    expect(Object.hasOwn(parsed.metadata ?? {}, "__proto__")).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain("admin");
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
