import { answerSchema, createToken, getSession } from "@hub/api";
import { type HubProcess, LegacyClient, ModernClient, serveV2, until } from "@hub/testing";
import { expect, test } from "vitest";
import { SeveralHubs } from "./support/several-hubs.js";

/** Access at several hubs: what is decided at one holds at all. */
const several = SeveralHubs.forTests();

async function startHubs(): Promise<readonly [HubProcess, HubProcess]> {
  const [first, second] = await several.start(2);
  if (first === undefined || second === undefined) throw new Error("Two were asked for.");
  return [first, second];
}

const asks =
  (hub: HubProcess, token: string | undefined) => (method: string, path: string, body?: object) =>
    fetch(`${hub.url}${path}`, {
      method,
      headers: {
        accept: "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

async function makeToken(hub: HubProcess, by: string | undefined, name: string) {
  const made = await asks(hub, by)("POST", "/tokens", { name, grants: [{ action: "admin" }] });
  expect(made.status).toBe(201);
  return answerSchema(createToken, 201).parse(await made.json());
}

/** A stream of events that is read; `isOver` once it has ended. */
async function readEvents(hub: HubProcess, headers: Readonly<Record<string, string>>) {
  const answer = await fetch(`${hub.url}/events`, {
    headers: { accept: "text/event-stream", ...headers },
  });
  expect(answer.status).toBe(200);
  const stream = { isOver: false };
  const reader = answer.body?.getReader();
  const read = async () => {
    while ((await reader?.read())?.done === false);
  };
  const over = () => {
    stream.isOver = true;
  };
  read().then(over, over);
  return stream;
}

test("a token that is made, used and revoked at one hub is so at the other, with all that it has open", async () => {
  const [first, second] = await startHubs();
  const open = await readEvents(second, {});
  const { token: operator } = await makeToken(first, undefined, "Operator");
  // The other hub asks who everybody is as well, and ends what was open before it did.
  await until("the open stream to end", () => open.isOver);
  expect((await fetch(`${second.url}/servers`)).status).toBe(401);

  const server = await serveV2({ name: "orders" });
  const registered = await asks(first, operator)("POST", "/register", {
    ...{ name: "Orders", transport: "http", endpoint: `${server.origin}/mcp` },
  });
  expect(registered.status).toBe(201);
  const { id, token } = await makeToken(first, operator, "Agent");
  await until("the other hub to know it", async () => {
    return (await asks(second, token)("GET", "/servers/orders")).status === 200;
  });
  await until("it to be up there", async () => {
    return (await (await asks(second, token)("GET", "/servers/orders")).text()).includes('"up"');
  });
  const events = await readEvents(second, { authorization: `Bearer ${token}` });
  const session = await LegacyClient.open(second.url, { token });
  const streams = [
    await session.listen(),
    await new ModernClient(second.url, { token }).listen({ toolsListChanged: true }),
  ];
  const ended = Promise.all(
    streams.map(({ done }) =>
      done.then(
        () => {},
        () => {},
      ),
    ),
  );
  const before = server.requests.length;

  expect((await asks(first, operator)("DELETE", `/tokens/${id}`)).status).toBe(204);
  await until("the other hub to refuse it", async () => {
    return (await asks(second, token)("GET", "/servers")).status === 401;
  });
  await ended;
  await until("its events to end", () => events.isOver);
  const called = await new ModernClient(second.url, { token }).send("tools/list").done;
  expect(called.status).toBe(401);
  expect(server.requests.slice(before).filter((text) => text.includes("tools/call"))).toEqual([]);
});

test("who signs in at one hub is signed in at the other, and who signs out there is signed out here", async () => {
  const [first, second] = await startHubs();
  const { token } = await makeToken(first, undefined, "Ada");
  await until("the other hub to know the token", async () => {
    return (await asks(second, token)("GET", "/whoami")).status === 200;
  });
  const port = new URL(first.url).port;
  const signIn = async () => {
    const signedIn = await fetch(`${first.url}/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: first.url },
      body: JSON.stringify({ token }),
    });
    expect(signedIn.status).toBe(200);
    return (signedIn.headers.getSetCookie()[0] ?? "").split(";", 1)[0] ?? "";
  };
  // Behind one proxy the name is the same at all hubs; here each has its port in it.
  const cookieAt = (hub: HubProcess, cookie: string) => ({
    cookie: cookie.replace(`-${port}=`, `-${new URL(hub.url).port}=`),
  });
  const isSignedIn = async (hub: HubProcess, cookie: string) => {
    const answer = await fetch(`${hub.url}/session`, { headers: cookieAt(hub, cookie) });
    return answerSchema(getSession, 200).parse(await answer.json()).isSignedIn;
  };
  const [one, other] = [await signIn(), await signIn()];
  for (const cookie of [one, other])
    await until("both hubs to know who signed in", () => isSignedIn(second, cookie));
  const events = await readEvents(first, cookieAt(first, one));
  const signedOut = await fetch(`${second.url}/session`, {
    method: "DELETE",
    headers: { ...cookieAt(second, one), origin: second.url },
  });
  expect(signedOut.status).toBe(204);
  await until("the stream at the first hub to end", () => events.isOver);
  expect(await isSignedIn(first, one)).toBe(false);
  expect(await isSignedIn(second, one)).toBe(false);
  for (const hub of [first, second]) expect(await isSignedIn(hub, other)).toBe(true);
});
