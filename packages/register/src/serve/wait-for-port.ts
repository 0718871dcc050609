import { connect } from "node:net";
import type { Time } from "../lease/time.js";

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    const done = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}

/** Resolves once this machine accepts connections on the port, or when stopped. */
export async function waitForPort(port: number, time: Time, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if ((await accepts(port, "127.0.0.1")) || (await accepts(port, "::1"))) return;
    await time.sleep(200, signal);
  }
}
