import { hostname, networkInterfaces } from "node:os";
import type { Surroundings } from "./advertise.js";

/** Reads this machine's names and addresses. */
export function readSurroundings(): Surroundings {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  // Each IPv6 interface has an fe80:: address, which is none without the name of the interface.
  const outside = interfaces.filter(
    ({ internal, address }) => !internal && !/^fe[89ab]/i.test(address),
  );
  const byFamily = (family: string) =>
    outside.filter((entry) => entry.family === family).map(({ address }) => address);
  return {
    podIp: process.env.POD_IP || undefined,
    hostName: hostname(),
    addresses: [...byFamily("IPv4"), ...byFamily("IPv6")].slice(0, 8),
  };
}
