import { RawConnection } from "./raw-http.js";

/** Many connections that are open at once, and how many of them the hub hung up on. */
export function openMany(port: number, count: number, start: string) {
  const connections = Array.from({ length: count }, () => {
    const connection = new RawConnection(port);
    connection.write(start);
    return connection;
  });
  let turn = 0;
  return {
    refused: () => connections.filter(({ isClosed }) => isClosed).length,
    /** A byte on some of them, in turn: all at once would keep this process busy, which also measures. */
    drip: (piece: string) => {
      for (const connection of connections.slice(turn, turn + 50)) connection.write(piece);
      turn = turn + 50 < count ? turn + 50 : 0;
    },
    close: () => {
      for (const connection of connections) connection.destroy();
    },
  };
}
