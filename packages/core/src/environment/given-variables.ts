export type Environment = Readonly<Record<string, string | undefined>>;

const ofService = /^MCP_HUB_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT\w*|PORT_\w+)$/;
const ofAddress = /^MCP_HUB_(?:\w+_)?PORT$/;
const address = /^\s*(?:tcp|udp|sctp):\/\//i;

/**
 * Whether Kubernetes set this variable to say where a service is, as it does in every container for each
 * service. The hub's own is usually named `mcp-hub`, and `MCP_HUB_PORT` is then `tcp://10.0.0.1:8001`: no
 * setting. Source: kubernetes.io/docs/concepts/services-networking/service, "Environment variables".
 */
function isServiceLink(name: string, value: string): boolean {
  return ofService.test(name) || (ofAddress.test(name) && address.test(value));
}

/** The variables that have a value and were set for the hub, in the order of the environment. */
export function givenVariables(env: Environment): (readonly [name: string, value: string])[] {
  return Object.entries(env).flatMap(([name, value = ""]) =>
    value.trim() === "" || isServiceLink(name, value) ? [] : [[name, value] as const],
  );
}
