import { hostname, networkInterfaces } from "node:os";
import type { Surroundings } from "./advertise.js";

/** Reads this machine's names and addresses. */
export function readSurroundings(): Surroundings {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = interfaces.filter(
    ({ internal, address }) => !internal && !address.toLowerCase().startsWith("fe80"),
  );
  const byFamily = (family: string) =>
    outside.filter((entry) => entry.family === family).map(({ address }) => address);
  return {
    podIp: process.env.POD_IP || undefined,
    hostName: hostname(),
    addresses: [...byFamily("IPv4"), ...byFamily("IPv6")].slice(0, 8),
  };
}
