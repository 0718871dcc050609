export default {
  name: "traces",
  title: "tokens in what the hub writes and tells, after all of the above",
  cases: (house) => [
    {
      name: "files and logs",
      async run(_, fault) {
        const secretParts = Object.values(house.tokens).map((token) => token.split("_").at(-1));
        for (const place of house.leaks(secretParts)) fault(`a token stands in ${place}`);
      },
    },
    {
      name: "answers to an admin",
      async run(_, fault) {
        const secretParts = Object.values(house.tokens).map((token) => token.split("_").at(-1));
        for (const hub of house.hubs)
          for (const target of [
            "/tokens",
            "/audit?limit=500",
            "/events?limit=500",
            "/calls?limit=500",
            "/servers/shop",
            "/healthz?verbose",
          ]) {
            const { body } = await house.rest(hub, "GET", target, { as: "admin" });
            if (secretParts.some((one) => body.includes(one))) fault(`${target} shows a token`);
          }
      },
    },
  ],
};
