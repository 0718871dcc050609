import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Postgres } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "./database.js";
import { migrateDatabase } from "./migrate-database.js";
import { openPostgresStore } from "./open-postgres-store.js";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.close());

test("a connection that the database closes between two statements fails that transaction, and nothing else", async () => {
  const url = await postgres.newDatabase();
  const database = new Database(url, { onFailing: () => {}, onWorking: () => {} });
  const own = "SELECT pg_backend_pid() AS pid";
  const failed = database.transaction(async (queries) => {
    const [before] = await queries.rows<{ readonly pid: number }>(own);
    await postgres.sql("postgres", `SELECT pg_terminate_backend(${before?.pid})`);
    return queries.rows(own);
  });
  await expect(failed).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(await database.query((queries) => queries.rows(own))).toHaveLength(1);
  await database.close();
});

test("a statement that the database refuses is no database that does not answer", async () => {
  const seen: unknown[] = [];
  const database = new Database(await postgres.newDatabase(), {
    onFailing: (error) => void seen.push(error),
    onWorking: () => {},
  });
  await expect(
    database.query((queries) => queries.rows("SELECT $1::bigint", ["1.5"])),
  ).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
    message: expect.stringContaining("its database refuses it (SQLSTATE 22P02)"),
  });
  expect(String(seen[0])).toContain("invalid input syntax for type bigint");
  await database.close();
});

test.each([
  ["a hub", (url: string) => openPostgresStore({ url })],
  ["a command", (url: string) => migrateDatabase(url)],
] as const)(
  "%s that has no password for a database that asks for one says so, and leaves no connection",
  async (_, open) => {
    const connections: Socket[] = [];
    const asks = (code: number, text: string) => {
      const head = Buffer.alloc(9);
      head.write("R");
      head.writeInt32BE(8 + text.length, 1);
      head.writeInt32BE(code, 5);
      return Buffer.concat([head, Buffer.from(text)]);
    };
    // As PostgreSQL asks for a proof, which it then waits for a minute for.
    const server = createServer((socket) => {
      connections.push(socket);
      socket.once("data", () => {
        socket.write(asks(10, "SCRAM-SHA-256\0\0"));
        socket.once("data", (first) => {
          const [, nonce] = /r=(.*)$/.exec(first.toString()) ?? [];
          socket.write(asks(11, `r=${nonce}more,s=c2FsdA==,i=4096`));
        });
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const failed = open(`postgres://hub@127.0.0.1:${port}/hub`);
    await expect(failed).rejects.toThrow("it asks for a password, and DATABASE_URL has none");
    expect(connections.length).toBeGreaterThan(0);
    for (const socket of connections) if (!socket.closed) await once(socket, "close");
    server.close();
  },
);
