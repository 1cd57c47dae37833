import type { APIMessage } from 'discord-api-types/v10';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { focusComposer } from '../composer/focus.js';
import { useActions, useTexts } from '../context.js';
import { isComposing } from '../parts/keys.js';

/** Edits one's own message where it stands: Enter saves, Esc leaves it as it was. */
export function Editor({ message, close }: { message: APIMessage; close(): void }) {
  const texts = useTexts();
  const { attempt, refOf } = useActions();
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(message.content.length, message.content.length);
  }, []);

  const leave = () => {
    close();
    focusComposer();
  };
  const save = () => {
    const content = field.current?.value.trim() ?? '';
    if (content && content !== message.content) void attempt('edit', { ...refOf(message), content });
    leave();
  };
  return (
    <div class="editor">
      <textarea
        ref={field}
        defaultValue={message.content}
        aria-label={texts.editMessage}
        rows={Math.min(12, message.content.split('\n').length + 1)}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === 'Escape') leave();
          else if (event.key === 'Enter' && !event.shiftKey) save();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <p class="muted small">
        {texts.editKeys.cancel}{' '}
        <button type="button" class="link-button" onClick={leave}>
          {texts.cancel}
        </button>{' '}
        • {texts.editKeys.save}{' '}
        <button type="button" class="link-button" onClick={save}>
          {texts.save}
        </button>
      </p>
    </div>
  );
}
