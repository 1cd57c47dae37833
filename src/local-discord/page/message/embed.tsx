import type { APIEmbed } from 'discord-api-types/v10';
import type { ComponentChildren } from 'preact';
import { Line, Markdown, Moment } from '../markdown/view.js';
import { Anchor } from '../parts/anchor.js';
import { ownPath } from '../parts/media.js';
import { hex } from '../state/reading.js';
import { Picture } from './attachments.js';

export function Embed({ embed }: { embed: APIEmbed }) {
  const { author, title, url, description, fields, thumbnail, image, footer, timestamp, color } = embed;
  const icon = ownPath(author?.icon_url);
  return (
    <div class="embed" style={color ? { '--accent': hex(color) } : undefined}>
      <div class="embed-words">
        {author && (
          <div class="embed-author">
            {icon && <img src={icon} alt="" width={24} height={24} />}
            <Linked href={author.url}>{author.name}</Linked>
          </div>
        )}
        {title && (
          <div class="embed-title">
            <Linked href={url}>
              <Line text={title} />
            </Linked>
          </div>
        )}
        {description && <Markdown text={description} />}
        {fields && fields.length > 0 && (
          <div class="embed-fields">
            {fields.map((field, index) => (
              <div class={field.inline ? 'inline' : ''} key={index}>
                <div class="embed-field-name">
                  <Line text={field.name} />
                </div>
                <Markdown text={field.value} />
              </div>
            ))}
          </div>
        )}
        {image && <Picture url={image.url} label="" />}
        {(footer || timestamp) && (
          <div class="embed-footer">
            {footer && <bdi>{footer.text}</bdi>}
            {footer && timestamp && ' • '}
            {timestamp && <Moment at={Date.parse(timestamp)} style="f" />}
          </div>
        )}
      </div>
      {thumbnail && <Picture class="thumbnail" url={thumbnail.url} label="" />}
    </div>
  );
}

function Linked({ href, children }: { href: string | undefined; children: ComponentChildren }) {
  const words = <bdi>{children}</bdi>;
  return href ? <Anchor href={href}>{words}</Anchor> : words;
}
