// Puts a server into the hub for as long as `use` runs.

async function call(url, method, body) {
  const answer = await fetch(url, {
    method,
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (!answer.ok)
    throw new Error(`${method} ${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** Waits until a hub has reached the server, or heard of it from another one, and knows its lists. */
async function waitUntilUp(url) {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const server = await call(url, "GET").catch((error) => ({ status: error.message }));
    if (server.status === "up" && server.capabilities !== null) return;
    if (performance.now() > deadline) throw new Error(`Not up: ${JSON.stringify(server)}`);
    await call(`${url}/probe`, "POST").catch(() => undefined);
  }
}

/** `hub`: its `url`, and of several hubs behind one the address of each (`own`). */
export async function throughHub({ hub, path, serverUrl, name, revision }, use) {
  const { url: hubUrl, own } = hub;
  const registration = await call(`${hubUrl}/register`, "POST", {
    name: `${name} ${revision} ${path}`,
    transport: "streamable-http",
    endpoint: serverUrl,
    // The proof that the entry is ours to remove again. No scenario lasts as long as the lease.
    lease: { ttlMs: 60_000 },
  });
  const { id } = registration.server;
  const url = `${hubUrl}/servers/${id}`;
  try {
    for (const one of own) await waitUntilUp(`${one}/servers/${id}`);
    const aggregate = `${hubUrl}/mcp?servers=${id}&prefix=never&hub=off`;
    await use(path === "aggregate" ? aggregate : `${url}/mcp`);
  } finally {
    // The suite waits for the last connection to its server to close, and the hub keeps some while it is known.
    await call(`${hubUrl}/leases/${registration.lease.id}`, "DELETE");
  }
}
