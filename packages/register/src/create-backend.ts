import type { Log } from "./log.js";
import type { ClassifiedTarget } from "./target.js";
import type { Backend } from "./wrap/backend.js";
import { sharedClientCapabilities } from "./wrap/capabilities.js";
import { FactoryBackend } from "./wrap/factory-backend.js";
import { openInMemoryLink } from "./wrap/in-memory-link.js";
import { SharedBackend } from "./wrap/shared-backend.js";
import { Upstream } from "./wrap/upstream.js";

/** What serves a target of this process. */
export function createBackend(
  target: Exclude<ClassifiedTarget, { kind: "url" }>,
  log?: Log,
): Backend {
  switch (target.kind) {
    case "factory":
      return new FactoryBackend({ create: target.create, log });
    case "fastmcp":
      // `connect` opens a session of its own each time, so the server is its own factory.
      return new FactoryBackend({ create: () => target.server, sharesStatelessCalls: true, log });
    case "instance":
      return new SharedBackend(
        new Upstream({
          open: () => openInMemoryLink((transport) => target.server.connect(transport)),
          clientCapabilities: sharedClientCapabilities,
          handshakeMs: 10_000,
          log,
        }),
        false,
      );
    default:
      return target satisfies never;
  }
}
