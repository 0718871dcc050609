import { mcp } from "../../attack/hostile-server.mjs";
import { modern } from "../../gateway/mcp.mjs";

export default {
  name: "neighbours",
  title: "a server that never answers, beside one that does",
  cases: (house) => [
    {
      name: "forty calls that hang",
      async run(_, fault) {
        const waiting = [];
        const server = await house.serve(
          mcp({ era: modern, on: { "tools/call": ({ response }) => void waiting.push(response) } }),
        );
        const { json, body } = await house.register(house.local, "shop-slow", server.url);
        if (json?.server === undefined) {
          fault(`it was not registered: ${body.slice(0, 200)}`);
          return;
        }
        const hanging = Array.from({ length: 40 }, () =>
          house.call(
            house.local,
            `/servers/shop-slow/mcp`,
            modern,
            "tools/call",
            { name: "echo", arguments: {} },
            { as: "admin" },
          ),
        );
        await house.until("calls hang", () => waiting.length > 0);
        for (const as of ["caller", "other", "admin"]) {
          const { message } = await house.call(
            house.local,
            "/mcp",
            modern,
            "tools/call",
            { name: "shop__list_items", arguments: {} },
            { as },
          );
          if (message?.result === undefined)
            fault(`${as} got no answer from shop: ${JSON.stringify(message)}`);
        }
        await house.rest(house.local, "DELETE", "/servers/shop-slow?force=true", { as: "admin" });
        server.close();
        await Promise.all(hanging);
      },
    },
  ],
};
