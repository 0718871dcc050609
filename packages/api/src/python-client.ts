import { z } from "zod";
import { defineRoute } from "./route.js";

export const getPythonClient = defineRoute({
  method: "get",
  path: "/clients/mcp_hub.py",
  tag: "Connect",
  access: "public",
  summary: "The client for Python, as one file",
  description:
    "It keeps a server registered, and asks the hub which servers there are. It needs Python 3.9 or newer and nothing else. `curl -O` of this URL gives the file that fits this hub.",
  headers: z.object({
    "if-none-match": z.string().optional().describe("The ETag of the file that you have."),
  }),
  answers: {
    200: { description: "The file.", content: { "text/x-python": z.string() } },
    304: { description: "You have this file." },
  },
});

export const findPythonClient = defineRoute({
  method: "get",
  path: "/clients/python",
  tag: "Connect",
  access: "public",
  summary: "Where the client for Python is",
  answers: { 307: { description: "At the URL in Location." } },
});
