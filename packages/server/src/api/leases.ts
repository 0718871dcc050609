import { endLease, renewLease, sendLog } from "@hub/api";
import { askerOf } from "./asker.js";
import { parseOptionalJson, parseText } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

export function addLeaseRoutes(app: HubApp, { gate, registry, logs }: AppDeps): void {
  serve(app, renewLease, async (call) => {
    const owner = gate.leaseOwner(call.principal);
    const sent = await call.sent(parseOptionalJson);
    const beat = sent === undefined ? {} : call.body(sent);
    const renewed = registry.renew(call.params.leaseId, beat, owner);
    const { serverId, instanceId } = registry.holderOf(call.params.leaseId, owner);
    const wantsLog = logs.takeWanted(serverId, instanceId);
    return call.json(200, wantsLog ? { ...renewed, wantsLog } : renewed);
  });

  serve(app, sendLog, async (call) => {
    const owner = gate.leaseOwner(call.principal);
    // Before the body is read: who has no lease sends nothing here.
    registry.holderOf(call.params.leaseId, owner);
    const text = await call.sent(parseText);
    const { serverId, instanceId } = registry.holderOf(call.params.leaseId, owner);
    logs.put(serverId, instanceId, text);
    return call.empty();
  });

  serve(app, endLease, async (call) => {
    await registry.deregister(call.params.leaseId, askerOf(call), gate.leaseOwner(call.principal));
    return call.empty();
  });
}
