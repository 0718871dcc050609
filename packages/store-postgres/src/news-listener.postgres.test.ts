import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Postgres, until } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NewsListener } from "./news-listener.js";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.close());

/** A way to a database that can fall silent: what is connected stays so, and nothing comes through any more. */
async function silencedWay(url: string) {
  const { port } = new URL(url);
  const open: Socket[] = [];
  let connections = 0;
  const server = createServer((from) => {
    connections += 1;
    const to = connect({ port: Number(port), host: "127.0.0.1" });
    for (const socket of [from, to]) socket.on("error", () => {});
    from.pipe(to);
    to.pipe(from);
    open.push(from, to);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It has a port.");
  const through = new URL(url);
  through.port = String(address.port);
  return {
    url: through.href,
    connections: () => connections,
    silence: () => {
      for (const socket of open.splice(0)) {
        socket.unpipe();
        socket.pause();
      }
    },
    close: () => server.close(),
  };
}

test("news are heard again when the way to the database fell silent without a word, also those from meanwhile", async () => {
  const url = await postgres.newDatabase();
  const database = new URL(url).pathname.slice(1);
  const way = await silencedWay(url);
  const listener = new NewsListener(way.url);
  const heard: string[] = [];
  for (const topic of ["tokens", "toolsets"]) listener.listen(topic, () => heard.push(topic));
  await listener.start();
  await postgres.sql(database, "NOTIFY mcp_hub, 'toolsets'");
  await until("the news", () => heard.length === 1);
  expect(heard).toEqual(["toolsets"]);

  way.silence();
  await postgres.sql(database, "NOTIFY mcp_hub, 'tokens'");
  await until("everything to be looked at again", () => heard.includes("tokens"));
  expect(way.connections()).toBe(2);
  heard.splice(0);
  await postgres.sql(database, "NOTIFY mcp_hub, 'tokens'");
  await until("the next news", () => heard.length > 0);
  expect(heard).toEqual(["tokens"]);
  await listener.close();
  way.close();
});

test("a hub that stops while the way to the database is silent does not wait for it", async () => {
  const way = await silencedWay(await postgres.newDatabase());
  const listener = new NewsListener(way.url);
  await listener.start();
  way.silence();
  await listener.close();
  way.close();
});
