/** What the gateway says to its operator. `event` names what happened; fields hold ids, never bodies. */
export interface GatewayLog {
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
  debug(event: string, fields: Readonly<Record<string, unknown>>): void;
}

export const silentLog: GatewayLog = { warn: () => undefined, debug: () => undefined };
