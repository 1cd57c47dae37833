import type { APIAttachment } from 'discord-api-types/v10';
import { useLanguage, useTexts } from '../context.js';
import { safeLink } from '../markdown/parse.js';
import { showSize } from '../markdown/time.js';
import { openOverlay } from '../overlay.js';
import { Icon } from '../parts/icon.js';
import { isPicture, ownPath } from '../parts/media.js';
import { clean } from '../state/reading.js';

export function Attachments({ attachments }: { attachments: readonly APIAttachment[] }) {
  const pictures = attachments.filter((one) => isPicture(one.content_type));
  const files = attachments.filter((one) => !isPicture(one.content_type));
  return (
    <>
      {pictures.length > 0 && (
        <div class={`gallery of-${Math.min(pictures.length, 4)}`}>
          {pictures.map((one) => (
            <Picture
              key={one.id}
              url={one.url}
              label={one.description ?? one.filename}
              width={one.width}
              height={one.height}
            />
          ))}
        </div>
      )}
      {files.map((one) => (
        <FileCard key={one.id} url={one.url} name={one.filename} size={one.size} />
      ))}
    </>
  );
}

interface PictureProps {
  readonly url: string;
  readonly label: string;
  readonly class?: string;
  readonly width?: number | null;
  readonly height?: number | null;
}

/** A picture of this local Discord, to be enlarged by a click. Pictures from elsewhere are a link: the page fetches nothing from the net. */
export function Picture({ url, label, class: kind = '', width, height }: PictureProps) {
  const texts = useTexts();
  const path = ownPath(url);
  if (!path) {
    const href = safeLink(url);
    return (
      <a class={`picture elsewhere ${kind}`} href={href} target="_blank" rel="noopener noreferrer nofollow">
        <Icon name="link" />
        <bdi>{label || href}</bdi>
      </a>
    );
  }
  return (
    <button
      type="button"
      class={`picture ${kind}`}
      aria-label={`${texts.openPicture}: ${label}`}
      onClick={() => openOverlay({ kind: 'picture', url: path, label })}
    >
      <img src={path} alt={label} loading="lazy" width={width ?? undefined} height={height ?? undefined} />
    </button>
  );
}

export function FileCard({ url, name, size }: { url: string; name: string; size: number | undefined }) {
  const texts = useTexts();
  const language = useLanguage();
  const path = ownPath(url);
  return (
    <div class="file">
      <Icon name="file" size={32} />
      <div class="file-words">
        {path ? (
          <a href={path} download={name}>
            <bdi>{clean(name)}</bdi>
          </a>
        ) : (
          <bdi>{clean(name)}</bdi>
        )}
        {size !== undefined && <span class="muted">{showSize(size, language)}</span>}
      </div>
      {path && (
        <a class="icon-button" href={path} download={name} aria-label={`${texts.download}: ${clean(name)}`}>
          <Icon name="download" />
        </a>
      )}
    </div>
  );
}
