import {
  type Answering,
  answersRequest,
  type Envelope,
  type JsonRpcId,
  type StreamEvent,
} from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import type { Reply } from "../reply/reply.js";
import type { Passage } from "../upstream/long-answer.js";

export type LongCall = {
  readonly run: InFlightCall;
  readonly reply: Reply;
  readonly id: JsonRpcId;
  /** What its result must have beside what it has, as JSON: `"name":value,`. Default: nothing. */
  readonly members?: string;
  /** It was the answer to the call, and the last of it is to go out. */
  readonly onWhole: (envelope: Envelope) => void;
  /** It was no answer to the call after all. */
  readonly onOther: () => void;
  /** Its client has gone, and nobody else can get the rest of it. */
  readonly onGone: () => void;
  /** Whether its server speaks a revision in which a result may ask for input. */
  readonly mayAsk: boolean;
  /** What its event says beside the data, as the client gets it. Default: nothing. */
  readonly eventOf?: (event: StreamEvent) => StreamEvent;
};

/**
 * Hands a long answer on as it comes, no faster than its client reads. What asks for input is for the hub
 * to read, and so is kept whole.
 */
export function passLong(call: LongCall, answering: Answering): Passage | undefined {
  const { run, reply, members } = call;
  const { id, member, resultType, asksForInput } = answering;
  const isOther = id !== undefined && id !== call.id;
  const isAsking = call.mayAsk && (asksForInput || resultType === "input_required");
  // There must be a member that they stand before.
  const isBare = members !== undefined && (member === undefined || resultType !== undefined);
  const long = isOther || isAsking || isBare || run.isOver ? undefined : reply.beginLong();
  if (long === undefined) return undefined;
  reply.onGone(call.onGone);
  let isFirst = true;
  /** The first piece is all that had come when the passage began. */
  const withMembers = (piece: Buffer): Buffer => {
    if (!isFirst || members === undefined) return piece;
    isFirst = false;
    const [head, rest] = [
      piece.subarray(0, answering.membersAt),
      piece.subarray(answering.membersAt),
    ];
    return Buffer.concat([head, Buffer.from(members, "utf8"), rest]);
  };
  return {
    write(piece) {
      run.heard(piece);
      // That may have been the moment in which its time was over.
      if (run.isOver) return;
      if (!long.write(withMembers(piece))) run.slowDown((listener) => reply.onDrain(listener));
    },
    end(last, envelope, event) {
      const isWhole =
        envelope !== undefined &&
        !(call.mayAsk && envelope.resultType === "input_required") &&
        answersRequest(envelope, call.id);
      // The last piece did not go out, so its client has no whole message either.
      if (!isWhole) return call.onOther();
      run.heard(last);
      call.onWhole(envelope);
      reply.endLong(withMembers(last), event && call.eventOf?.(event));
    },
  };
}
