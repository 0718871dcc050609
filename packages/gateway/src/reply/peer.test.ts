import type { IncomingMessage } from "node:http";
import { openPrincipal, type Principal } from "@hub/core/access";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { peerOf, sharerOf } from "./peer.js";

const from = (remoteAddress: string | undefined) =>
  ({ socket: { remoteAddress } }) as unknown as IncomingMessage; // all that is read of it

describe("whoever has its share already", () => {
  test("is called by its address only where its share is that of an address", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant(undefined));
    const id = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9]{1,32}$/).map((one) => `token:${one}`),
      fc.webUrl().map((issuer) => `${issuer} ada`),
    );
    fc.assert(
      fc.property(address, id, fc.constantFrom("token", "person", "workload"), (ip, one, kind) => {
        const known: Principal = { kind, id: one, grants: [] };
        expect(sharerOf(peerOf(known, from(ip)))).toBe("this caller");
        expect(sharerOf(peerOf(openPrincipal, from(ip)))).toBe("this address");
      }),
    );
  });
});
