// A server that answers like a hostile page: any status, content type and header, through its pass-through.

import { ask } from "../../gateway/connection.mjs";
import { modern, requestText } from "../../gateway/mcp.mjs";
import { each } from "../stage.mjs";

const statuses = [200, 201, 202, 203, 206, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404];
const moreStatuses = [405, 407, 409, 410, 418, 421, 425, 426, 429, 451, 500, 502, 503, 511];
const types = [
  "text/html",
  "text/html; charset=utf-7",
  "application/xhtml+xml",
  "image/svg+xml",
  "text/xml",
  "text/javascript",
  "text/css",
  "application/pdf",
  "multipart/x-mixed-replace; boundary=x",
];
const marker = "crossed";
/** What browsers and proxies obey. */
const obeyed = [
  "accept-ch",
  "access-control-allow-origin",
  "access-control-allow-private-network",
  "alt-svc",
  "attribution-reporting-register-source",
  "clear-site-data",
  "content-disposition",
  "content-location",
  "content-security-policy",
  "content-security-policy-report-only",
  "critical-ch",
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "document-policy",
  "link",
  "location",
  "nel",
  "no-vary-search",
  "observe-browsing-topics",
  "origin-agent-cluster",
  "origin-trial",
  "permissions-policy",
  "proxy-authenticate",
  "public-key-pins",
  "referrer-policy",
  "refresh",
  "report-to",
  "reporting-endpoints",
  "service-worker-allowed",
  "set-cookie",
  "set-login",
  "sourcemap",
  "speculation-rules",
  "strict-transport-security",
  "supports-loading-mode",
  "surrogate-control",
  "timing-allow-origin",
  "use-as-dictionary",
  "x-accel-redirect",
  "x-dns-prefetch-control",
  "x-lighttpd-send-file",
  "x-sendfile",
];
const directives = ["default-src 'none'", "form-action 'none'", "base-uri 'none'", "sandbox"];

export default {
  name: "hostile-pages",
  faults: ["S5"],
  title: "answers of a hostile page: statuses, content types, and headers that browsers obey",
  isLight: true,
  async run(stage) {
    let next = { status: 200, type: "text/html" };
    const page = `<form action=/register method=post><input name=name value=x><button autofocus></form>`;
    const { id } = await stage.registered("page", {
      era: modern,
      on: {
        "tools/call": ({ response }) => {
          const { status, type, isBasic } = next;
          for (const name of obeyed) response.setHeader(name, `${marker}-${name}`);
          if (isBasic) response.setHeader("www-authenticate", `Basic realm="${marker}"`);
          response.writeHead(status, { "content-type": type }).end(page);
        },
      },
    });
    const path = `/servers/${id}/mcp`;
    const params = { name: "echo", arguments: {} };
    const call = () => stage.call(path, modern, "tools/call", params);
    const pages = new Set();
    const crossed = new Set();
    const redirects = new Set();
    let withoutPolicy = 0;
    let prompts = 0;
    const look = (answer) => {
      const { head, body, status } = answer;
      const type = /\r\ncontent-type: *([^\r]*)/i.exec(head)?.[1] ?? "";
      if (!/^(application\/(problem\+)?json|text\/event-stream)\b/.test(type)) pages.add(type);
      if (body.includes("<form")) pages.add(next.type);
      for (const [, name] of head.matchAll(/\r\n([^:\r]+): *crossed-/g)) crossed.add(name);
      if (status >= 300 && status < 400) redirects.add(status);
      if (/www-authenticate: *basic/i.test(head)) prompts += 1;
      if (!directives.every((one) => head.includes(one))) withoutPolicy += 1;
    };
    const every = stage.scale([...statuses, ...moreStatuses], statuses);
    for (const status of every)
      for (const type of stage.scale(types, types.slice(0, 1))) {
        next = { status, type, isBasic: status === 401 };
        look(await call());
      }
    for (const type of types) {
      next = { status: 200, type };
      look(await call());
    }
    stage.must("content types of pages that cross", pages.size, pages.size === 0);
    stage.must("headers that cross", crossed.size, crossed.size === 0);
    stage.must("redirects that cross", redirects.size, redirects.size === 0);
    stage.must("Basic prompts that cross", prompts, prompts === 0);
    stage.must("answers without the policy of no page", withoutPolicy, withoutPolicy === 0);
    const target = { port: stage.hub.port, path, era: modern };
    const asPage = {
      "Sec-Fetch-Dest": "document",
      "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Site": "same-origin",
    };
    let refused = 0;
    const destinations = ["document", "iframe", "object", "embed", "frame"];
    await each(destinations, 1, async (destination) => {
      const headers = { ...asPage, "Sec-Fetch-Dest": destination };
      const request = { id: 1, method: "tools/call", params, headers };
      const answer = await ask(stage.hub.port, requestText(target, request));
      if (answer.status >= 400 && !answer.body.includes("<form")) refused += 1;
    });
    stage.must(
      `ways of ${destinations.length} to open it as a page that are refused`,
      refused,
      refused === destinations.length,
    );
  },
};
