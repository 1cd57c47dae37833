/** Components of a message: rows of buttons and selects, and the second version's layout. */
import type {
  APIComponentInContainer,
  APIComponentInMessageActionRow,
  APIMediaGalleryComponent,
  APIMessage,
  APIMessageTopLevelComponent,
  APISectionComponent,
} from 'discord-api-types/v10';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useTexts } from '../context.js';
import { componentType } from '../discord.js';
import { Markdown } from '../markdown/view.js';
import { hex } from '../state/reading.js';
import { FileCard, Picture } from './attachments.js';
import { ButtonView } from './buttons.js';
import { SelectView } from './selects.js';

export function Components({ message }: { message: APIMessage }) {
  const { components } = message;
  if (!components?.length) return null;
  return (
    <div class="components">
      {components.map((component, index) => (
        <Component key={component.id ?? index} component={component} message={message} />
      ))}
    </div>
  );
}

interface ComponentProps {
  readonly component: APIMessageTopLevelComponent | APIComponentInContainer;
  readonly message: APIMessage;
}

function Component({ component, message }: ComponentProps) {
  switch (component.type) {
    case componentType.row:
      return (
        <div class="row">
          {component.components.map((inside, index) => (
            <InRow key={inside.id ?? index} component={inside} message={message} />
          ))}
        </div>
      );
    case componentType.text:
      return <Markdown text={component.content} />;
    case componentType.section:
      return <Section section={component} message={message} />;
    case componentType.gallery:
      return <Gallery gallery={component} message={message} />;
    case componentType.file:
      return <FileOf url={component.file.url} spoiler={component.spoiler} message={message} />;
    case componentType.separator:
      return component.divider === false ? (
        <div class={`space ${component.spacing === 2 ? 'large' : ''}`} />
      ) : (
        <hr class={component.spacing === 2 ? 'large' : ''} />
      );
    case componentType.container:
      return (
        <Veil spoiler={component.spoiler}>
          <div
            class="container"
            style={component.accent_color ? { '--accent': hex(component.accent_color) } : undefined}
          >
            {component.components.map((inside, index) => (
              <Component key={inside.id ?? index} component={inside} message={message} />
            ))}
          </div>
        </Veil>
      );
    default:
      return null;
  }
}

function InRow({ component, message }: { component: APIComponentInMessageActionRow; message: APIMessage }) {
  return component.type === componentType.button ? (
    <ButtonView button={component} message={message} />
  ) : (
    <SelectView select={component} message={message} />
  );
}

function Section({ section, message }: { section: APISectionComponent; message: APIMessage }) {
  const { accessory } = section;
  return (
    <div class="section">
      <div class="section-words">
        {section.components.map((text, index) => (
          <Markdown key={text.id ?? index} text={text.content} />
        ))}
      </div>
      {accessory.type === componentType.button ? (
        <ButtonView button={accessory} message={message} />
      ) : (
        <Veil spoiler={accessory.spoiler}>
          <Picture class="thumbnail" url={urlOf(accessory.media.url, message)} label={accessory.description ?? ''} />
        </Veil>
      )}
    </div>
  );
}

function Gallery({ gallery, message }: { gallery: APIMediaGalleryComponent; message: APIMessage }) {
  return (
    <div class={`gallery of-${Math.min(gallery.items.length, 4)}`}>
      {gallery.items.map(({ media, description, spoiler }, index) => (
        <Veil key={index} spoiler={spoiler}>
          <Picture url={urlOf(media.url, message)} label={description ?? ''} />
        </Veil>
      ))}
    </div>
  );
}

/** `attachment://name` stands for a file of the same message. */
function urlOf(url: string, { attachments }: APIMessage): string {
  const name = /^attachment:\/\/(.+)$/.exec(url)?.[1];
  return attachments.find(({ filename }) => filename === name)?.url ?? url;
}

function FileOf({ url, spoiler, message }: { url: string; spoiler: boolean | undefined; message: APIMessage }) {
  const address = urlOf(url, message);
  const attachment = message.attachments.find((one) => one.url === address);
  const name = attachment?.filename ?? address.split('/').at(-1)?.split('?')[0] ?? '';
  return (
    <Veil spoiler={spoiler}>
      <FileCard url={address} name={name} size={attachment?.size} />
    </Veil>
  );
}

/** Hides what is marked as a spoiler until it is asked for. */
export function Veil({ spoiler, children }: { spoiler: boolean | undefined; children: ComponentChildren }) {
  const texts = useTexts();
  const [shown, show] = useState(false);
  if (!spoiler || shown) return <>{children}</>;
  return (
    <div class="veil">
      <div inert>{children}</div>
      <button type="button" onClick={() => show(true)}>
        {texts.spoiler}
      </button>
    </div>
  );
}
