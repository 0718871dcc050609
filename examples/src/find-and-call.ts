import { connect } from "@hub/client/connect";

const { client, choice, close } = await connect({ need: "a weather forecast" });
const result = await client.callTool({ name: "forecast", arguments: { city: "Bergen" } });
console.log(choice.server.name, "says", JSON.stringify(result.content));
await close();
