import { modern, serve, type TestServer } from "@hub/testing";

/** A server of 2026-07-28 that lets in only who sends a token. */
export function startGuarded(token: string): Promise<TestServer> {
  const answer = modern(({ method }) => (method === "tools/list" ? { tools: [] } : undefined));
  return serve((request, response) => {
    if (request.headers.authorization === `Bearer ${token}`) answer(request, response);
    else {
      request.resume();
      response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    }
  });
}
