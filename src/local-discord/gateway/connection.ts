/** One WebSocket of a client: framing, heartbeats, limits. What the client says goes to the hub. */
import { GatewayCloseCodes } from 'discord-api-types/v10';
import type { RawData, WebSocket } from 'ws';
import type { Cancel, Clock } from '../../platform/clock.js';
import {
  Close,
  frames,
  HEARTBEAT_INTERVAL,
  type Identify,
  MAX_PAYLOAD,
  MAX_SENDS,
  parseCommand,
  type RequestMembers,
  type Resume,
  SEND_WINDOW,
} from './protocol.js';
import type { Line, Session } from './session.js';

/** What a connection asks of the gateway. All may throw Close. */
export interface Hub {
  identify(line: Line, request: Identify): Session;
  /** Undefined where the session is gone: the client must identify anew. */
  resume(line: Line, request: Resume): Session | undefined;
  members(session: Session, request: RequestMembers): void;
  /** The connection of this session is gone. `finished`: the client said goodbye, so the session ends too. */
  lost(session: Session, finished: boolean): void;
}

/** A client is given up after this long without a heartbeat. */
const PATIENCE = HEARTBEAT_INTERVAL * 1.4;

/** Serves one client until it goes. */
export function serveConnection(socket: WebSocket, hub: Hub, clock: Pick<Clock, 'now' | 'after'>): void {
  let session: Session | undefined;
  let windowStart = clock.now();
  let sends = 0;
  let giveUp: Cancel = () => {};

  const line: Line = {
    send: (frame) => socket.send(frame),
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
  };

  function waitForHeartbeat(): void {
    giveUp();
    giveUp = clock.after(PATIENCE, () => line.close(GatewayCloseCodes.UnknownError, 'No heartbeat.'));
  }

  function receive(data: RawData, binary: boolean): void {
    countSend();
    const raw = binary ? undefined : textOf(data);
    if (raw === undefined) throw new Close(GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
    const command = parseCommand(raw);
    switch (command.op) {
      case 'heartbeat':
        waitForHeartbeat();
        if (session && command.seq !== null) session.acknowledge(command.seq);
        line.send(frames.ack);
        return;
      case 'identify':
        if (session) throw new Close(GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.');
        session = hub.identify(line, command.d);
        return;
      case 'resume':
        if (session) throw new Close(GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.');
        session = hub.resume(line, command.d);
        if (!session) line.send(frames.invalidSession(false));
        return;
      default:
        if (!session) throw new Close(GatewayCloseCodes.NotAuthenticated, 'Not authenticated.');
        if (command.op === 'members') hub.members(session, command.d);
    }
  }

  function countSend(): void {
    if (clock.now() - windowStart >= SEND_WINDOW) {
      windowStart = clock.now();
      sends = 0;
    }
    sends += 1;
    if (sends > MAX_SENDS) throw new Close(GatewayCloseCodes.RateLimited, 'You are being rate limited.');
  }

  socket.on('message', (data, binary) => {
    // What was under way when we closed is not heard any more.
    if (socket.readyState !== socket.OPEN) return;
    try {
      receive(data, binary);
    } catch (error) {
      if (!(error instanceof Close)) throw error;
      line.close(error.code, error.message);
    }
  });
  // A frame that ws itself refuses (too large, not UTF-8) ends in close.
  socket.on('error', () => socket.terminate());
  socket.on('close', (code) => {
    giveUp();
    if (session?.line === line) hub.lost(session, code === 1000 || code === 1001);
  });

  waitForHeartbeat();
  line.send(frames.hello);
}

function textOf(data: RawData): string | undefined {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
  return bytes.length > MAX_PAYLOAD ? undefined : bytes.toString('utf8');
}
