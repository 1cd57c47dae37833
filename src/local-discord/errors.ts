/** Discord's JSON errors: one table of name → code, HTTP status and message, as its documentation lists them. */
const TABLE = {
  general: [0, 400, 'Bad Request'],
  unauthorized: [0, 401, '401: Unauthorized'],
  notFound: [0, 404, '404: Not Found'],
  methodNotAllowed: [0, 405, '405: Method Not Allowed'],
  internal: [0, 500, '500: Internal Server Error'],
  unavailable: [0, 503, '503: Service Unavailable'],
  unknownApplication: [10002, 404, 'Unknown Application'],
  unknownChannel: [10003, 404, 'Unknown Channel'],
  unknownGuild: [10004, 404, 'Unknown Guild'],
  unknownInvite: [10006, 404, 'Unknown Invite'],
  unknownMember: [10007, 404, 'Unknown Member'],
  unknownMessage: [10008, 404, 'Unknown Message'],
  unknownOverwrite: [10009, 404, 'Unknown Permission Overwrite'],
  unknownRole: [10011, 404, 'Unknown Role'],
  unknownUser: [10013, 404, 'Unknown User'],
  unknownEmoji: [10014, 404, 'Unknown Emoji'],
  unknownWebhook: [10015, 404, 'Unknown Webhook'],
  unknownBan: [10026, 404, 'Unknown Ban'],
  unknownInteraction: [10062, 404, 'Unknown interaction'],
  unknownCommand: [10063, 404, 'Unknown application command'],
  unknownCommandPermissions: [10066, 404, 'Unknown application command permissions'],
  unknownEvent: [10070, 404, 'Unknown Guild Scheduled Event'],
  unknownEventUser: [10071, 404, 'Unknown Guild Scheduled Event User'],
  unknownTag: [10087, 404, 'Unknown Tag'],
  botsForbidden: [20001, 403, 'Bots cannot use this endpoint'],
  onlyBots: [20002, 403, 'Only bots can use this endpoint'],
  notYourApplication: [20012, 403, 'You are not authorized to perform this action on this application'],
  slowmode: [20016, 429, 'This action cannot be performed due to slowmode rate limit.'],
  announcementEdits: [20022, 429, 'This message cannot be edited due to announcement rate limits'],
  channelWriteRate: [20028, 429, 'The channel you are writing has hit the write rate limit.'],
  maxPins: [30003, 400, 'Maximum number of pins reached for the channel (250)'],
  maxRoles: [30005, 400, 'Maximum number of guild roles reached (250)'],
  maxWebhooks: [30007, 400, 'Maximum number of webhooks reached (15)'],
  maxReactions: [30010, 400, 'Maximum number of reactions reached (20)'],
  maxChannels: [30013, 400, 'Maximum number of guild channels reached (500)'],
  maxAttachments: [30015, 400, 'Maximum number of attachments in a message reached (10)'],
  maxInvites: [30016, 400, 'Maximum number of invites reached (1000)'],
  maxCommands: [30032, 400, 'Maximum number of application commands reached (100)'],
  maxThreadMembers: [30033, 400, 'Maximum number of thread participants has been reached (1000)'],
  maxCommandCreates: [30034, 429, 'Maximum number of daily application command creates has been reached (200)'],
  maxOpenEvents: [30038, 400, 'Maximum number of uncompleted guild scheduled events reached (100)'],
  maxOldEdits: [30046, 429, 'Maximum number of edits to messages older than 1 hour reached. Try again later'],
  maxPinnedThreads: [30047, 400, 'Maximum number of pinned threads in a forum channel has been reached'],
  maxForumTags: [30048, 400, 'Maximum number of tags in a forum channel has been reached'],
  unauthorizedToken: [40001, 401, 'Unauthorized'],
  entityTooLarge: [40005, 413, 'Request entity too large'],
  alreadyCrossposted: [40033, 400, 'This message has already been crossposted'],
  alreadyAcknowledged: [40060, 400, 'Interaction has already been acknowledged.'],
  tagNamesUnique: [40061, 400, 'Tag names must be unique'],
  noTagsForNonModerators: [40066, 400, 'There are no tags available that can be set by non-moderators'],
  tagRequired: [40067, 400, 'A tag is required to create a forum post in this channel'],
  missingAccess: [50001, 403, 'Missing Access'],
  invalidAccountType: [50002, 400, 'Invalid account type'],
  noDmAction: [50003, 403, 'Cannot execute action on a DM channel'],
  notYourMessage: [50005, 403, 'Cannot edit a message authored by another user'],
  emptyMessage: [50006, 400, 'Cannot send an empty message'],
  cannotDm: [50007, 403, 'Cannot send messages to this user'],
  nonText: [50008, 400, 'Cannot send messages in a non-text channel'],
  verification: [50009, 403, 'Channel verification level is too high for you to gain access'],
  missingPermissions: [50013, 403, 'Missing Permissions'],
  invalidToken: [50014, 401, 'Invalid authentication token provided'],
  pinWrongChannel: [50019, 403, 'A message can only be pinned to the channel it was sent in'],
  invalidCount: [
    50016,
    400,
    'Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete',
  ],
  systemMessage: [50021, 403, 'Cannot execute action on a system message'],
  wrongChannelType: [50024, 403, 'Cannot execute action on this channel type'],
  webhookToken: [50027, 401, 'Invalid Webhook Token'],
  invalidRole: [50028, 403, 'Invalid Role'],
  invalidRecipients: [50033, 400, 'Invalid Recipient(s)'],
  tooOldToDelete: [50034, 400, 'A message provided was too old to bulk delete'],
  invalidForm: [50035, 400, 'Invalid Form Body'],
  invalidApiVersion: [50041, 400, 'Invalid API version'],
  fileTooLarge: [50045, 400, 'File uploaded exceeds the maximum size'],
  invalidFile: [50046, 400, 'Invalid file uploaded'],
  cannotSelfRedeem: [50054, 400, 'Cannot self-redeem this gift'],
  communityChannel: [50074, 400, 'Cannot delete a channel required for Community guilds'],
  invalidSticker: [50081, 400, 'Invalid sticker sent'],
  archivedThread: [50083, 400, 'Thread is archived'],
  invalidJson: [50109, 400, 'The request body contains invalid JSON.'],
  ownerlessRole: [50132, 403, 'Ownership cannot be transferred to a bot user'],
  mixedComponents: [50161, 400, 'Cannot mix component versions'],
  onboardingRequirements: [350000, 400, 'Cannot enable onboarding, requirements are not met'],
  onboardingBelowRequirements: [350001, 400, 'Cannot update onboarding while below requirements'],
  reactionBlocked: [90001, 403, 'Reaction was blocked'],
  threadExists: [160004, 400, 'A thread has already been created for this message'],
  threadLocked: [160005, 400, 'Thread is locked'],
  maxActiveThreads: [160006, 400, 'Maximum number of active threads reached'],
  staleEvent: [180000, 400, 'Cannot update a finished event'],
  pollVoting: [520000, 400, 'Poll voting blocked'],
  pollExpired: [520001, 400, 'Poll expired'],
  pollInvalidChannel: [520002, 400, 'Invalid channel type for poll creation'],
  pollEdit: [520003, 400, 'Cannot edit a poll message'],
  pollEmoji: [520004, 400, 'Cannot use an emoji included with the poll'],
  pollNotYours: [520006, 403, 'Cannot expire a non-poll message'],
} as const satisfies Record<string, readonly [code: number, status: number, message: string]>;

export type ErrorName = keyof typeof TABLE;

/** One invalid field, as it stands at its leaf in Discord's nested `errors` object. */
export interface FieldError {
  code: string;
  message: string;
}

/** Discord's `errors`: keys of the body, then indices, down to `_errors`. */
export interface NestedErrors {
  _errors?: FieldError[];
  [key: string]: NestedErrors | FieldError[] | undefined;
}

/** What Discord answers when it says no: thrown by operations, rendered by rest/. */
export class DiscordError extends Error {
  override readonly name = 'DiscordError';
  readonly code: number;
  readonly status: number;
  readonly errors: NestedErrors | undefined;
  /** When it may be tried again; seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly reason: ErrorName,
    { errors, retryAfter }: { errors?: NestedErrors; retryAfter?: number } = {},
  ) {
    const [code, status, message] = TABLE[reason];
    super(message);
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  /** The JSON body that goes with `status`. */
  get body(): { message: string; code: number; errors?: NestedErrors; retry_after?: number } {
    const { message, code, errors, retryAfter } = this;
    return { message, code, ...(errors && { errors }), ...(retryAfter !== undefined && { retry_after: retryAfter }) };
  }
}

export function fail(reason: ErrorName): never {
  throw new DiscordError(reason);
}

/** Collects the invalid fields of one request body, then refuses them all at once as 50035. */
export class FormErrors {
  #root: NestedErrors | undefined;
  readonly #parent: { errors: FormErrors; prefix: string } | undefined;

  constructor(parent?: { errors: FormErrors; prefix: string }) {
    this.#parent = parent;
  }

  /** The same collection, with every path under `prefix`: a message's body inside another body. */
  under(prefix: string): FormErrors {
    return new FormErrors({ errors: this, prefix });
  }

  /** `path` is dotted: `embeds.0.fields.2.value`; empty for the body itself. */
  add(path: string, code: string, message: string): void {
    if (this.#parent) {
      const { errors, prefix } = this.#parent;
      errors.add(path === '' ? prefix : `${prefix}.${path}`, code, message);
      return;
    }
    this.#root ??= {};
    let at = this.#root;
    for (const key of path === '' ? [] : path.split('.')) {
      const next = at[key];
      if (next === undefined || Array.isArray(next)) {
        const made: NestedErrors = {};
        at[key] = made;
        at = made;
      } else at = next;
    }
    at._errors ??= [];
    at._errors.push({ code, message });
  }

  get any(): boolean {
    return this.#parent ? this.#parent.errors.any : this.#root !== undefined;
  }

  /** Refuses: 50035 with every field collected. */
  settle(): void {
    if (this.#root) throw new DiscordError('invalidForm', { errors: this.#root });
  }
}

/** Refuses one field. */
export function invalid(path: string, code: string, message: string): never {
  const errors = new FormErrors();
  errors.add(path, code, message);
  errors.settle();
  throw new DiscordError('invalidForm');
}
