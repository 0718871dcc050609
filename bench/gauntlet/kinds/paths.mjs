import { each } from "../../attack/stage.mjs";
import { gave } from "./routes.mjs";

const encoded = (path) =>
  path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);

/** Spellings of a path that two readers may understand differently. */
const spellings = {
  "two slashes": (path) => `/${path}`,
  "two slashes inside": (path) => path.replace(/(.)\//, "$1//"),
  "a slash at the end": (path) => `${path}/`,
  "a letter encoded": encoded,
  "a letter encoded twice": (path) => encoded(path).replace("%", "%25"),
  capitals: (path) => path.toUpperCase(),
  "a dot": (path) => `/.${path}`,
  "two dots": (path) => `/healthz/..${path}`,
  "dots encoded": (path) => `/healthz/%2e%2e${path}`,
  "slash encoded": (path) => `/healthz%2f..${path}`,
  "a backslash": (path) => path.replace(/^\//, "/\\"),
  "a backslash for the slash": (path) => path.replaceAll("/", "\\"),
  "a parameter": (path) => `${path};a=b`,
  "a parameter before": (path) => `/healthz;${path}`,
  "a null": (path) => `${path}%00`,
  "a suffix": (path) => `${path}.json`,
  "a fragment": (path) => `/healthz#${path}`,
  "a question": (path) => `${path}?/healthz`,
  "a space": (path) => `${path}%20`,
  "a wide letter": (path) => path.replace("s", "%EF%BD%93"),
  "overlong UTF-8": (path) => path.replace("/", "/%c0%ae%c0%ae/"),
  absolute: (path, port) => `http://127.0.0.1:${port}${path}`,
  "absolute with another name": (path) => `http://hub.example${path}`,
  "absolute with a user": (path, port) => `http://a:b@127.0.0.1:${port}${path}`,
};

const targets = [
  "/tokens",
  "/servers",
  "/audit",
  "/servers/vault",
  "/servers/vault/tools",
  "/toolsets/mixed",
  "/calls",
  "/traffic",
  "/openapi.json",
  "/events",
  "/mcp",
  "/servers/vault/mcp",
];
const methods = ["GET", "HEAD", "POST", "OPTIONS", "TRACE", "get", "PROPFIND"];

export default {
  name: "paths",
  title: "a path spelled so that the gate and the route might differ",
  cases: (house) =>
    Object.entries(spellings).map(([name, spell]) => ({
      name,
      async run(_, fault) {
        const tries = house.hubs.flatMap((hub) =>
          targets.flatMap((target) => methods.map((method) => ({ hub, target, method }))),
        );
        await each(tries, 16, async ({ hub, target, method }) => {
          const spelled = spell(target, hub.port);
          const answer = await house.rest(hub, method, spelled);
          if (gave(answer) && !isPublic(answer))
            fault(`${method} ${spelled} was answered ${answer.status}`);
          if (answer.status >= 500 && answer.status !== 501)
            fault(`${method} ${spelled} was answered ${answer.status}`);
          if (/refund_all|open_vault|vault-plan/.test(answer.body))
            fault(`${method} ${spelled} told of the servers`);
        });
      },
    })),
};

/** What everybody may have: that the process runs, the page's own files, and what a preflight is told. */
const isPublic = ({ status, body, head }) =>
  status === 204 ||
  body === "" ||
  /^\{"status":"ok"\}$/.test(body.trim()) ||
  /\r\ncontent-type: text\/html/i.test(head);
