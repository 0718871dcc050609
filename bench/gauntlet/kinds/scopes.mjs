import { closed, endpoints, eras, gave } from "./routes.mjs";

const holds = { reader: ["read"], caller: ["call", "read"], registrar: ["register"] };

export default {
  name: "scopes",
  title: "a token asks for more than it was given",
  cases: (house) => [
    ...Object.entries(holds).map(([as, actions]) => ({
      name: `what ${as} may not do`,
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const [method, target, action] of closed) {
            if (actions.includes(action)) continue;
            const body = method === "GET" || method === "DELETE" ? undefined : {};
            const answer = await house.rest(hub, method, target, { as, body });
            if (answer.status !== 403 && answer.status !== 404)
              fault(`${method} ${target} was answered ${answer.status}`);
            if (answer.status === 403 && !answer.head.includes(`hub:${action}`))
              fault(`${method} ${target}: the missing scope is not said`);
          }
      },
    })),
    ...["reader", "registrar"].map((as) => ({
      name: `MCP for ${as}, which may not call`,
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const path of endpoints)
            for (const era of eras)
              for (const method of [
                "tools/list",
                "initialize",
                "server/discover",
                "ping",
                "prompts/list",
              ]) {
                const answer = await house.call(hub, path, era, method, {}, { as });
                if (gave(answer))
                  fault(`${method} at ${path} (${era}) was answered ${answer.status}`);
              }
      },
    })),
    {
      name: "a token that makes tokens of itself",
      async run(_, fault) {
        for (const as of ["reader", "caller", "registrar", "other"])
          for (const grants of [[{ action: "admin" }], [{ action: "read" }]]) {
            const body = { name: "more", grants };
            const answer = await house.rest(house.local, "POST", "/tokens", { as, body });
            if (gave(answer)) fault(`${as} made a token`);
          }
      },
    },
  ],
};
