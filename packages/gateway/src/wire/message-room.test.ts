import { BudgetBook } from "@hub/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MessageRoom } from "./message-room.js";

const mib = 1024 * 1024;

/** Servers that send long messages in pieces, read as far as there is room. */
function world(servers: readonly number[], pieceBytes: number, piecesOfOne: number) {
  const budgets = new BudgetBook({ incomingBytes: 4 * mib });
  const room = new MessageRoom(budgets);
  const report = () => budgets.report().find(({ name }) => name === "incomingBytes");
  const messages = servers.map((server, at) => {
    const message = {
      at,
      server: `server ${server}`,
      left: piecesOfOne,
      held: 0,
      isRead: true,
      room: room.of(`server ${server}`, () => {
        message.isRead = true;
      }),
    };
    return message;
  });
  return {
    messages,
    readable: () => messages.filter(({ isRead, left }) => isRead && left > 0),
    held: () => messages.reduce((sum, { held }) => sum + held, 0),
    used: () => report()?.used,
    refused: () => report()?.refused,
    read(message: (typeof messages)[number]) {
      message.left -= 1;
      message.held += pieceBytes;
      message.isRead = message.room.add(pieceBytes);
      if (message.left > 0) return;
      message.held = 0;
      message.room.end();
    },
  };
}

describe("room for long messages of servers", () => {
  test("all become whole whatever the order, and what is kept is the budget, one message and a piece of each", () => {
    const runs = Number(process.env.HUB_PROPERTY_RUNS ?? 300);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.nat()),
        (servers, piecesOfOne, choices) => {
          const pieceBytes = 256 * 1024;
          const { messages, readable, held, used, refused, read } = world(
            servers,
            pieceBytes,
            piecesOfOne,
          );
          const most = 4 * mib + piecesOfOne * pieceBytes + servers.length * pieceBytes;
          for (;;) {
            const now = readable();
            if (now.length === 0) break;
            // One of those that may be read; the choices never run out.
            const message = now[Number(choices.next().value) % now.length];
            if (message !== undefined) read(message);
            expect(held()).toBeLessThanOrEqual(most);
          }
          expect(messages.filter(({ left }) => left > 0)).toEqual([]);
          expect(used()).toBe(0);
          expect(refused()).toBeLessThanOrEqual(servers.length);
        },
      ),
      { numRuns: Math.min(runs, 2_000) },
    );
  });

  test("one server that never ends its messages leaves room for the others", () => {
    const { messages, read } = world([...Array(20).fill(0), 1], mib, 2);
    for (const message of messages) {
      read(message);
      if (message.server === "server 1") {
        read(message);
        expect(message.left).toBe(0);
      }
    }
  });

  test("servers take turns, however many messages one of them sends", () => {
    // Servers 8 and 9 send the first half of theirs and fall silent, with most of the room; server 0 never
    // lacks another message, and server 1 has two.
    const { messages, read } = world([8, 8, 9, ...Array(50).fill(0), 1, 1], mib, 2);
    for (const message of messages) read(message);
    const readInTurn = () => {
      const next = messages.find(
        ({ isRead, left, server }) => isRead && left > 0 && /[01]$/.test(server),
      );
      if (next !== undefined) read(next);
      return next?.server;
    };
    const whole = (server: string) =>
      messages.filter((message) => message.server === server && message.left === 0).length;
    while (whole("server 1") < 2) expect(readInTurn()).toBeDefined();
    expect(whole("server 0")).toBeLessThan(6);
  });

  test("short messages need none", () => {
    const budgets = new BudgetBook({ incomingBytes: mib });
    const room = new MessageRoom(budgets);
    const many = Array.from({ length: 1_000 }, () => room.of("a", () => undefined));
    expect(many.every((one) => one.add(16_000))).toBe(true);
  });
});
