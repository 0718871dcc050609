import { request } from "node:http";

export type Asked = {
  /** Default: GET. */
  readonly method?: string;
  /** The address that the connection is made to. Default: 127.0.0.1. */
  readonly to?: string;
  /** The address that it comes from. Default: the system chooses. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
};

export type Told = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The `code` of a problem. */
  readonly code: string | undefined;
};

/** One request on a connection of its own, with the Host and the addresses that a test wants. */
export function askAt(port: number, path: string, asked: Asked = {}): Promise<Told> {
  const { method = "GET", to = "127.0.0.1", from, headers = {}, body } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: to,
        port,
        path,
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        agent: false,
        ...(from === undefined ? {} : { localAddress: from }),
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          const code = /"(?:code|hubError)":"([A-Z_]+)"/.exec(text)?.[1];
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
