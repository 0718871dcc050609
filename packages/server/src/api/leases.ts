import { endLease, renewLease, sendLog } from "@hub/api";
import { HubError, type Registry } from "@hub/core";
import { askerOf } from "./asker.js";
import { parseOptionalJson, parseText } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

/** Another hub may have granted the lease a moment ago: what it wrote is read before the lease counts as unknown. */
async function onceKnown<Result>(
  registry: Registry,
  run: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!HubError.is(error) || error.code !== "LEASE_UNKNOWN") throw error;
  }
  await registry.catchUp();
  return run();
}

export function addLeaseRoutes(app: HubApp, { gate, registry, logs }: AppDeps): void {
  serve(app, renewLease, async (call) => {
    const owner = gate.leaseOwner(call.principal);
    const sent = await call.sent(parseOptionalJson);
    const beat = sent === undefined ? {} : call.body(sent);
    const renewed = await onceKnown(registry, () =>
      registry.renew(call.params.leaseId, beat, owner),
    );
    const { serverId, instanceId } = registry.holderOf(call.params.leaseId, owner);
    const wantsLog = logs.takeWanted(serverId, instanceId);
    return call.json(200, wantsLog ? { ...renewed, wantsLog } : renewed);
  });

  serve(app, sendLog, async (call) => {
    const owner = gate.leaseOwner(call.principal);
    // Before the body is read: who has no lease sends nothing here.
    await onceKnown(registry, () => registry.holderOf(call.params.leaseId, owner));
    const text = await call.sent(parseText);
    const { serverId, instanceId } = registry.holderOf(call.params.leaseId, owner);
    logs.put(serverId, instanceId, text);
    return call.empty();
  });

  serve(app, endLease, async (call) => {
    const owner = gate.leaseOwner(call.principal);
    await onceKnown(registry, () => registry.deregister(call.params.leaseId, askerOf(call), owner));
    return call.empty();
  });
}
