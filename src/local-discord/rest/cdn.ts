/** Files of messages, served as Discord's CDN serves them: by their ids, to whoever has the address. */
import type { FastifyInstance } from 'fastify';
import type { Attachment, Id } from '../model.js';
import type { World } from '../world.js';

/** What a browser may show by itself; everything else is downloaded. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export function registerCdn(app: FastifyInstance, world: World): void {
  app.get<{ Params: { channel: Id; id: Id; name: string } }>('/attachments/:channel/:id/:name', (request, reply) => {
    const { id, name } = request.params;
    const bytes = world.files.get(id);
    if (!bytes) return reply.code(404).type('text/plain').send('This content is no longer available.');
    const type = attachmentOf(world, request.params.channel, id)?.content_type ?? 'application/octet-stream';
    const shown = SHOWN.has(type);
    return reply
      .type(shown ? type : 'application/octet-stream')
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', "default-src 'none'; sandbox")
      .header('cache-control', 'private, max-age=31536000, immutable')
      .header('content-disposition', `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name)}`)
      .send(bytes);
  });
}

function attachmentOf(world: World, channelId: Id, id: Id): Attachment | undefined {
  for (const message of world.messages(channelId).values()) {
    const found = message.attachments.find((one) => one.id === id);
    if (found) return found;
  }
  for (const message of world.ephemeral.values()) {
    const found = message.attachments.find((one) => one.id === id);
    if (found) return found;
  }
  return undefined;
}
