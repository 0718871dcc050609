import { gave } from "./routes.mjs";

/** What a token for `payments-*` may not register, however it is written. */
const foreign = [
  "vault",
  "shop",
  "Payment",
  "payments",
  "xpayments-a",
  "vault payments-",
  "ｖａｕｌｔ",
  "v\u0430ult",
  "VAULT",
  " vault",
  "va\u200bult",
  "payments\u2010",
  "*",
  "payments",
  "constructor",
  "__proto__",
  "hub",
];
/** Different names whose escaped form might be the same. */
const alike = [
  "payments-a b",
  "payments-a-b",
  "payments-a_b",
  "payments-a.b",
  "payments-a--b",
  "payments_a-b",
  "payments__a__b",
];

export default {
  name: "names",
  title: "a name that slips past a rule, or meets another's",
  cases: (house) => [
    ...foreign.map((name) => ({
      name: `register ${JSON.stringify(name)}`,
      async run(_, fault) {
        for (const hub of house.hubs) {
          const answer = await house.register(hub, name, house.shop.url, { as: "registrar" });
          if (gave(answer)) fault(`it became ${answer.json.server.id}`);
          if (answer.status >= 500) fault(`it was answered ${answer.status}`);
        }
      },
    })),
    {
      name: "names whose escaped forms meet",
      async run(_, fault) {
        for (const hub of house.hubs) {
          const ids = new Map();
          for (const name of alike) {
            const { json, status } = await house.register(hub, name, house.shop.url, {
              as: "admin",
            });
            if (status >= 300) continue;
            if (ids.has(json.server.id))
              fault(`${name} and ${ids.get(json.server.id)} are both ${json.server.id}`);
            ids.set(json.server.id, name);
          }
          for (const id of ids.keys())
            await house.rest(hub, "DELETE", `/servers/${id}?force=true`, { as: "admin" });
        }
      },
    },
    {
      name: "a title that is another server's",
      async run(_, fault) {
        for (const hub of house.hubs) {
          const { json } = await house.register(hub, "payments-title", house.shop.url, {
            as: "registrar",
            title: "vault",
            tags: ["vault"],
          });
          const { body } = await house.rest(hub, "GET", "/servers?q=vault", { as: "caller" });
          if (/open_vault|"id":"vault"/.test(body)) fault("a title opened the vault");
          if (json?.server !== undefined)
            await house.rest(hub, "DELETE", `/servers/${json.server.id}?force=true`, {
              as: "admin",
            });
        }
      },
    },
    {
      name: "another's server, by its own lease",
      async run(_, fault) {
        for (const hub of house.hubs) {
          const made = await house.register(hub, "payments-lease", house.shop.url, {
            as: "registrar",
          });
          if (!gave(made)) {
            fault(`the registrar was refused: ${made.status} ${made.body.slice(0, 200)}`);
            continue;
          }
          const lease = made.json.lease.id;
          for (const as of ["caller", "reader"]) {
            const { status } = await house.rest(hub, "DELETE", `/servers/payments-lease`, {
              as,
              headers: { "Mcp-Hub-Proof": lease },
            });
            if (status < 400) fault(`${as} removed it`);
          }
          if (hub === house.network)
            for (const as of ["caller", "other", undefined]) {
              const { status } = await house.rest(hub, "PUT", `/leases/${lease}`, { as });
              if (status < 400) fault(`${as} renewed the lease of another`);
            }
          const beat = await house.rest(hub, "PUT", `/leases/${lease}`, { as: "registrar" });
          if (beat.status !== 200) fault(`its owner's beat was answered ${beat.status}`);
          await house.rest(hub, "DELETE", `/leases/${lease}`, { as: "registrar" });
        }
      },
    },
    {
      name: "a command in a registration or a test",
      async run(_, fault) {
        const more = {
          command: "touch",
          args: ["/tmp/mcp-hub-gauntlet"],
          env: { A: "b" },
          transport: "stdio",
        };
        for (const hub of house.hubs)
          for (const [path, body] of [
            ["/register", { name: "payments-command", ...more }],
            ["/register", { name: "payments-command", endpoint: house.shop.url, ...more }],
            ["/diagnose", { ...more }],
            ["/diagnose", { endpoint: "stdio:touch", ...more }],
          ]) {
            const { status } = await house.rest(hub, "POST", path, { as: "admin", body });
            if (status < 400 || status >= 500) fault(`${path} was answered ${status}`);
          }
      },
    },
  ],
};
