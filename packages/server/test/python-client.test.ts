import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestApp } from "./support/test-app.js";

const source = readFileSync(
  join(import.meta.dirname, "../../../clients/python/mcp_hub.py"),
  "utf8",
);

test("the hub gives out the client for Python that it was built with, once to whoever keeps it", async () => {
  const { app } = await createTestApp();
  const response = await app.request("/clients/mcp_hub.py");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/x-python; charset=utf-8");
  expect(await response.text()).toBe(source);
  const etag = response.headers.get("etag") ?? "";
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await app.request("/clients/mcp_hub.py", { headers: { "if-none-match": known } });
    expect([known, again.status, await again.text()]).toEqual([known, 304, ""]);
  }
  const other = await app.request("/clients/mcp_hub.py", { headers: { "if-none-match": '"x"' } });
  expect(other.status).toBe(200);
});

test("the short address leads there, also below a path of a proxy", async () => {
  const { app } = await createTestApp();
  const response = await app.request("/clients/python");
  expect(response.status).toBe(307);
  const location = response.headers.get("location") ?? "";
  const target = (base: string) => new URL(location, `${base}/clients/python`).pathname;
  expect(target("http://hub")).toBe("/clients/mcp_hub.py");
  expect(target("http://proxy/below")).toBe("/below/clients/mcp_hub.py");
});

test("other methods and other files are refused with a sentence", async () => {
  const { app } = await createTestApp();
  const posted = await app.request("/clients/mcp_hub.py", { method: "POST" });
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET"]);
  for (const path of ["/clients/", "/clients/other.py", "/clients/..%2f..%2fpackage.json"])
    expect([path, (await app.request(path)).status]).toEqual([path, 404]);
});
