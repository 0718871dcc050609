import type { ServerResponse } from "node:http";
import type { Message } from "../messages.js";
import type { Upstream } from "./upstream.js";

/**
 * Hands every message that is posted to a server to `take` first; true when it has taken it over. `pass`
 * lets the server answer it after all.
 */
export function interceptMessages(
  upstream: Upstream,
  take: (message: Message, response: ServerResponse, pass: () => void) => boolean,
): void {
  upstream.intercept = (request, response) => {
    if (request.method !== "POST") return false;
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const message: Message = JSON.parse(body);
      const pass = () => upstream.handle(message, request, response);
      if (!take(message, response, pass)) pass();
    });
    return true;
  };
}
