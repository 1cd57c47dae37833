/** The line to the server: asks with answers, pushes, and dialling again until the server is back. */
import {
  type AskName,
  type Gives,
  type Of,
  type Push,
  pagePaths,
  type Refused,
  type ToPage,
} from '../page-api/protocol.js';

/** The server said no, in Discord's words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(readonly refused: Refused) {
    super(refused.message);
  }
}

/** The line broke before the answer came: whether it was done is not known. */
export class LineLost extends Error {
  override readonly name = 'LineLost';
}

export interface Connection {
  /** Rejects with a Refusal, or with LineLost. */
  ask<N extends AskName>(ask: N, of: Of<N>): Promise<Gives<N>>;
  /** Hands a file over and gives the id by which asks name it. */
  upload(file: File): Promise<string>;
}

export interface ConnectionEvents {
  opened(): void;
  lost(): void;
  pushed(push: Push): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Milliseconds before the next try; the last one repeats. */
const patience = [250, 500, 1000, 2000, 3000];

export function connect(events: ConnectionEvents): Connection {
  const waiting = new Map<number, Waiting>();
  let socket: WebSocket | undefined;
  let lastId = 0;
  let tries = 0;

  const hear = (words: ToPage) => {
    if ('push' in words) return events.pushed(words);
    const asked = waiting.get(words.id);
    waiting.delete(words.id);
    if ('refused' in words) asked?.reject(new Refusal(words.refused));
    else asked?.resolve(words.gives);
  };

  const dial = () => {
    const line = new WebSocket(`ws://${location.host}${pagePaths.socket}`);
    socket = line;
    line.onopen = () => {
      tries = 0;
      events.opened();
    };
    line.onmessage = ({ data }) => hear(JSON.parse(String(data)) as ToPage);
    line.onclose = () => {
      for (const { reject } of waiting.values()) reject(new LineLost());
      waiting.clear();
      events.lost();
      setTimeout(dial, patience[Math.min(tries++, patience.length - 1)]);
    };
  };
  dial();

  return {
    ask: <N extends AskName>(ask: N, of: Of<N>) =>
      new Promise<Gives<N>>((resolve, reject) => {
        if (socket?.readyState !== WebSocket.OPEN) return reject(new LineLost());
        const id = ++lastId;
        waiting.set(id, { resolve: (value) => resolve(value as Gives<N>), reject });
        socket.send(JSON.stringify({ id, ask, of }));
      }),
    async upload(file) {
      const answer = await fetch(`${pagePaths.uploads}?name=${encodeURIComponent(file.name)}`, {
        method: 'POST',
        headers: { 'content-type': file.type || 'application/octet-stream' },
        body: file,
      }).catch(() => {
        throw new LineLost();
      });
      const body = (await answer.json()) as { id?: string; message?: string };
      if (!body.id) throw new Refusal({ code: answer.status, message: body.message ?? answer.statusText });
      return body.id;
    },
  };
}
