import { type Patience, type Start, startBrief } from "./brief-exchange.js";
import type { Headers } from "./exchange.js";
import { invalid, LinkError } from "./link-error.js";
import type { UpstreamFailure } from "./port.js";

type FirstAnswer = {
  readonly data: string;
  readonly status: number;
  readonly headers: Headers;
};

/** The first message of an answer that must come within a time. Rejects with LinkError. */
export function firstAnswer(start: Start, patience: Patience): Promise<FirstAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Headers = {};
    let kind: LinkError["kind"] = "broken";
    const fail = (failure: UpstreamFailure) => reject(new LinkError(failure, kind));
    const served = startBrief(
      start,
      {
        onOpen(given, _, received) {
          status = given;
          headers = received;
          if (given === 404 || given === 405) kind = "wrong-era";
        },
        onEvent({ data }) {
          if (data === undefined) return;
          served();
          resolve({ data, status, headers });
        },
        onEnd: () => fail(invalid(`it answered HTTP ${status} without a message`)),
        onFailure: fail,
      },
      patience,
    );
  });
}

/** Resolves when a message without an answer was taken. Rejects with LinkError. */
export function accepted(start: Start, patience: Patience): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: UpstreamFailure) => reject(new LinkError(failure));
    const served = startBrief(
      start,
      {
        onOpen(status) {
          served();
          if (status >= 200 && status < 300) resolve();
          else fail(invalid(`it answered HTTP ${status} to notifications/initialized`));
        },
        onEvent: () => undefined,
        onEnd: () => undefined,
        onFailure: fail,
      },
      patience,
    );
  });
}
