import { register } from "@hub/register";

const registered = register("http://localhost:8002/mcp", { name: "Already running" });
registered.onStatus((status) => console.log(`the hub knows it: ${status}`));
