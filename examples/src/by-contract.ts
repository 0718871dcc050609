import { answerSchema, listServers } from "@hub/api";

const hub = process.env.MCP_HUB_URL ?? "http://127.0.0.1:8001";
const answer = await fetch(`${hub}${listServers.path}`);
const { servers } = answerSchema(listServers, 200).parse(await answer.json());
for (const { id, status, tags } of servers) console.log(id, status, tags.join());
