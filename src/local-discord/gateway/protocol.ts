/** What a gateway client may send, and how a wrong one is shown the door. Close codes are Discord's. */
import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';
import { z } from 'zod';

/** Bytes of one payload; more closes with 4002. */
export const MAX_PAYLOAD = 4096;
/** Payloads a connection may send in SEND_WINDOW; more closes with 4008. */
export const MAX_SENDS = 120;
export const SEND_WINDOW = 60_000;
/** What HELLO asks for, as Discord does. */
export const HEARTBEAT_INTERVAL = 41_250;
/** How long a session can be resumed after its connection is gone. Discord does not say; a few minutes are seen. */
export const RESUMABLE_FOR = 5 * 60_000;
/** Dispatches kept for a session that does not acknowledge them; a resume that needs older ones starts afresh. */
export const MAX_REPLAY = 20_000;
export const MAX_GUILDS_A_SHARD = 2_500;
export const MAX_IDENTIFIES_A_DAY = 1_000;

/** The connection ends with this code. */
export class Close extends Error {
  override readonly name = 'Close';
  constructor(
    readonly code: GatewayCloseCodes,
    reason: string,
  ) {
    super(reason);
  }
}

const snowflake = z.string().regex(/^\d{1,20}$/);

const identify = z.object({
  token: z.string(),
  properties: z.record(z.string(), z.unknown()),
  compress: z.boolean().optional(),
  large_threshold: z.number().int().min(50).max(250).optional(),
  shard: z.tuple([z.number().int().nonnegative(), z.number().int().positive()]).optional(),
  presence: z.unknown().optional(),
  intents: z.number().int().nonnegative(),
});
export type Identify = z.infer<typeof identify>;

const resume = z.object({ token: z.string(), session_id: z.string(), seq: z.number().int().nonnegative() });
export type Resume = z.infer<typeof resume>;

const requestMembers = z.object({
  guild_id: snowflake,
  query: z.string().optional(),
  limit: z.number().int().nonnegative().optional(),
  presences: z.boolean().optional(),
  user_ids: z.union([snowflake, z.array(snowflake).max(100)]).optional(),
  // Longer nonces are ignored by Discord, not refused.
  nonce: z.string().optional(),
});
export type RequestMembers = z.infer<typeof requestMembers>;

export type Command =
  | { op: 'heartbeat'; seq: number | null }
  | { op: 'identify'; d: Identify }
  | { op: 'resume'; d: Resume }
  | { op: 'members'; d: RequestMembers }
  /** Presence and voice: accepted, and of no consequence here. */
  | { op: 'ignored' };

const envelope = z.object({ op: z.number().int(), d: z.unknown().optional() });

/** Parses one payload of a client. Throws Close: 4002 for what cannot be read, 4001 for an opcode that does not exist. */
export function parseCommand(raw: string): Command {
  const { op, d } = parsed(envelope, decoded(raw));
  switch (op) {
    case GatewayOpcodes.Heartbeat:
      return { op: 'heartbeat', seq: parsed(z.number().int().nullish(), d) ?? null };
    case GatewayOpcodes.Identify:
      return { op: 'identify', d: parsed(identify, d) };
    case GatewayOpcodes.Resume:
      return { op: 'resume', d: parsed(resume, d) };
    case GatewayOpcodes.RequestGuildMembers:
      return { op: 'members', d: parsed(requestMembers, d) };
    case GatewayOpcodes.PresenceUpdate:
    case GatewayOpcodes.VoiceStateUpdate:
    case GatewayOpcodes.RequestSoundboardSounds:
      return { op: 'ignored' };
    default:
      throw new Close(GatewayCloseCodes.UnknownOpcode, 'Unknown opcode.');
  }
}

function decoded(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new Close(GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
  }
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new Close(GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
  return result.data;
}

/** The frame of one dispatch. The data is serialised once and shared by all sessions that get it. */
export function dispatchFrame(t: string, s: number, data: string): string {
  return `{"t":"${t}","s":${s},"op":0,"d":${data}}`;
}

export const frames = {
  hello: JSON.stringify({
    t: null,
    s: null,
    op: GatewayOpcodes.Hello,
    d: { heartbeat_interval: HEARTBEAT_INTERVAL, _trace: [] },
  }),
  ack: JSON.stringify({ t: null, s: null, op: GatewayOpcodes.HeartbeatAck, d: null }),
  heartbeat: JSON.stringify({ t: null, s: null, op: GatewayOpcodes.Heartbeat, d: null }),
  reconnect: JSON.stringify({ t: null, s: null, op: GatewayOpcodes.Reconnect, d: null }),
  invalidSession: (resumable: boolean) =>
    JSON.stringify({ t: null, s: null, op: GatewayOpcodes.InvalidSession, d: resumable }),
} as const;
