/** What becomes of a message's parts when it is sent: mentions told apart, files kept, media addressed. */
import { ComponentType as C, PermissionFlagsBits as P } from 'discord-api-types/v10';
import { FormErrors } from '../errors.js';
import type { Attachment, Channel, Guild, Id, Message } from '../model.js';
import { has } from '../permissions.js';
import { textOf, visitComponents } from '../validate/components.js';
import type { AllowedMentions, MessageForm, Upload } from '../validate/message.js';
import type { World } from '../world.js';

export interface Mentions {
  mentions: Id[];
  mention_roles: Id[];
  mention_everyone: boolean;
}

/** Who a message mentions, after what it allows and what its author may. `replied` is who it replies to. */
export function readMentions(
  world: World,
  guild: Guild | undefined,
  permissions: bigint,
  message: Pick<Message, 'content' | 'components'>,
  allowed: AllowedMentions | undefined,
  replied: Id | undefined,
): Mentions {
  const written = message.components.length > 0 ? `${message.content}\n${textOf(message.components)}` : message.content;
  const result: Mentions = { mentions: [], mention_roles: [], mention_everyone: false };
  const mayAll = has(permissions, P.MentionEveryone);
  const parses = (kind: 'users' | 'roles' | 'everyone') => !allowed || allowed.parse?.includes(kind) === true;
  if (written.includes('<@')) {
    const users = new Set<Id>();
    const roles = new Set<Id>();
    for (const [, kind, id] of written.matchAll(/<@([!&]?)(\d{1,20})>/g)) {
      if (!id) continue;
      if (kind === '&') {
        const role = guild?.roles.get(id);
        if (role && (role.mentionable || mayAll) && (parses('roles') || allowed?.roles?.includes(id))) roles.add(id);
      } else if (world.users.has(id) && (parses('users') || allowed?.users?.includes(id))) users.add(id);
    }
    result.mentions = [...users];
    result.mention_roles = [...roles];
  }
  if (mayAll && parses('everyone') && /@(everyone|here)\b/.test(written)) result.mention_everyone = true;
  const pings = allowed ? allowed.replied_user === true : true;
  if (replied && pings && !result.mentions.includes(replied)) result.mentions.push(replied);
  return result;
}

/** Keeps uploaded files and describes them. `said` is the body's `attachments`, by index of the file. */
export function keepFiles(world: World, files: readonly Upload[], said: MessageForm['attachments']): Attachment[] {
  return files.map((file) => {
    const about = said?.find((one) => one.id === String(file.index));
    const attachment: Attachment = {
      id: world.newId(),
      filename: safeName(about?.filename ?? file.filename),
      size: file.bytes.length,
      content_type: file.contentType,
      ...(about?.description && { description: about.description }),
      ...imageSize(file.bytes),
    };
    world.files.put(attachment.id, file.bytes);
    return attachment;
  });
}

/** Discord keeps letters, digits, dots, dashes and underscores of a file's name, of any script. */
function safeName(name: string): string {
  const last = name.split(/[/\\]/).pop() ?? '';
  const safe = last.replace(/\s+/g, '_').replace(/[^\p{L}\p{N}._-]/gu, '');
  return safe === '' || /^\.+$/.test(safe) ? 'unknown' : safe.slice(0, 200);
}

/** Width and height of a PNG or GIF, read from its header. */
function imageSize(bytes: Buffer): { width?: number; height?: number } {
  if (bytes.length >= 24 && bytes.readUInt32BE(0) === 0x89504e47)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.length >= 10 && bytes.toString('latin1', 0, 4) === 'GIF8')
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  return {};
}

/** Gives the media of v2 components their ids. Refuses: invalidForm where an `attachment://` names no file. */
export function addressMedia(world: World, message: Message): void {
  const errors = new FormErrors();
  const address = (media: unknown, owner?: Record<string, unknown>) => {
    if (typeof media !== 'object' || media === null || !('url' in media) || typeof media.url !== 'string') return;
    if ('id' in media) return;
    const name = media.url.startsWith('attachment://') ? media.url.slice('attachment://'.length) : undefined;
    const file = message.attachments.find((one) => one.filename === name);
    if (name !== undefined && !file)
      errors.add(
        'components',
        'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
        'The referenced attachment was not found',
      );
    Object.assign(media, { id: world.newId(), proxy_url: media.url }, file && { attachment_id: file.id });
    if (owner && file) Object.assign(owner, { name: file.filename, size: file.size });
  };
  visitComponents(message.components, (node) => {
    if (node.type === C.Thumbnail) address(node.media);
    else if (node.type === C.File) address(node.file, node);
    else if (node.type === C.MediaGallery && Array.isArray(node.items))
      for (const item of node.items) address(item?.media);
  });
  errors.settle();
}

/** Whether people may write in this kind of channel at all. */
export const isWritable = (channel: Channel): boolean => WRITABLE.has(channel.type);
const WRITABLE = new Set([0, 1, 2, 3, 5, 10, 11, 12, 13]);
