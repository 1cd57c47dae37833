import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useLanguage, useTexts } from '../context.js';
import { showSize } from '../markdown/time.js';
import { Icon } from '../parts/icon.js';
import { isPicture } from '../parts/media.js';

interface AttachedProps {
  readonly files: readonly File[];
  readonly max?: number;
  readonly accept?: string;
  readonly id?: string;
  /** Draws the files alone: something else offers to add. */
  readonly noButton?: boolean;
  change(files: readonly File[]): void;
}

/** Discord takes ten files with a message. */
export const maxFiles = 10;

/** Files about to be sent, each with a way to take it back. */
export function Attached({ files, max = maxFiles, accept, id, noButton = false, change }: AttachedProps) {
  const texts = useTexts();
  const chooser = useRef<HTMLInputElement>(null);
  if (noButton && files.length === 0) return null;
  return (
    <div class="attached">
      {files.length > 0 && (
        <ul>
          {files.map((file) => (
            <li key={`${file.name}${file.lastModified}${file.size}`}>
              <AttachedFile file={file} remove={() => change(files.filter((one) => one !== file))} />
            </li>
          ))}
        </ul>
      )}
      {!noButton && files.length < max && (
        <>
          <button type="button" class="button secondary" id={id} onClick={() => chooser.current?.click()}>
            <Icon name="plus" size={16} /> {texts.attach}
          </button>
          <input
            ref={chooser}
            type="file"
            hidden
            multiple={max > 1}
            accept={accept}
            aria-label={texts.attach}
            onChange={(event) => {
              change([...files, ...(event.currentTarget.files ?? [])].slice(0, max));
              event.currentTarget.value = '';
            }}
          />
        </>
      )}
    </div>
  );
}

function AttachedFile({ file, remove }: { file: File; remove(): void }) {
  const texts = useTexts();
  const language = useLanguage();
  const url = useMemo(() => (isPicture(file.type) ? URL.createObjectURL(file) : undefined), [file]);
  useEffect(() => () => (url ? URL.revokeObjectURL(url) : undefined), [url]);
  return (
    <div class="attached-file">
      {url ? <img src={url} alt="" /> : <Icon name="file" size={32} />}
      <bdi>{file.name}</bdi>
      <span class="muted">{showSize(file.size, language)}</span>
      <button type="button" class="icon-button" aria-label={`${texts.remove}: ${file.name}`} onClick={remove}>
        <Icon name="trash" size={16} />
      </button>
    </div>
  );
}
