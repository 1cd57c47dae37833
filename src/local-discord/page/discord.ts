/** Discord's numbers that the page tells apart, by name. Its published enums are not imported: they would triple the page. */

export const channelType = {
  text: 0,
  direct: 1,
  voice: 2,
  groupDirect: 3,
  category: 4,
  announcement: 5,
  announcementThread: 10,
  publicThread: 11,
  privateThread: 12,
  stage: 13,
  forum: 15,
  media: 16,
} as const;

export const messageFlag = { suppressEmbeds: 4, ephemeral: 64, loading: 128, componentsV2: 1 << 15 } as const;

export const channelFlag = { pinned: 2, requireTag: 16 } as const;

export const permission = {
  manageChannels: 1n << 4n,
  addReactions: 1n << 6n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  attachFiles: 1n << 15n,
  mentionEveryone: 1n << 17n,
  useCommands: 1n << 31n,
  sendInThreads: 1n << 38n,
} as const;

export const optionType = {
  subcommand: 1,
  group: 2,
  text: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
} as const;

export const componentType = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23,
} as const;

export const isThread = (type: number) =>
  type === channelType.announcementThread || type === channelType.publicThread || type === channelType.privateThread;

export const isForum = (type: number) => type === channelType.forum || type === channelType.media;

/** When a snowflake was made, in milliseconds since 1970. */
export const timeOf = (snowflake: string) => Number(BigInt(snowflake) >> 22n) + 1_420_070_400_000;

/** Orders snowflakes, which may have different lengths. */
export const byId = (a: { readonly id: string }, b: { readonly id: string }) =>
  a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
