/** An application's modal. */
import type { APIComponentInLabel } from 'discord-api-types/v10';
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ModalView, WireField } from '../../page-api/protocol.js';
import { useActions, usePart, useTexts } from '../context.js';
import { Markdown } from '../markdown/view.js';
import { Avatar } from '../parts/avatar.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';
import { FieldView } from './field.js';
import { type FieldValue, fieldProblem, initialValue, isRequired, partsOf } from './fields.js';

export function Modal({ view }: { view: ModalView }) {
  const texts = useTexts();
  const actions = useActions();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const parts = useMemo(() => partsOf(view.data), [view]);
  const fields = parts.filter((part) => part.kind === 'field').map(({ component }) => component);
  const [values, setValues] = useState<Readonly<Record<string, FieldValue>>>(() =>
    Object.fromEntries(fields.map((component) => [component.custom_id, initialValue(component)])),
  );
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const application = usePart(({ members }) =>
    Object.values(members)
      .flatMap((inside) => Object.values(inside))
      .find(({ user }) => user.bot && user.id === view.application),
  )?.user;

  useLayoutEffect(() => {
    form.current?.querySelector<HTMLElement>('.modal-body :is(input:not([type=file]), textarea, button)')?.focus();
  }, []);

  const now = (component: APIComponentInLabel) => values[component.custom_id] ?? initialValue(component);
  const submit = async () => {
    setChecked(true);
    if (busy || fields.some((component) => fieldProblem(component, now(component), texts))) {
      return requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>(':is([aria-invalid=true], [data-invalid=true] input)')?.focus(),
      );
    }
    setBusy(true);
    setFailure(undefined);
    try {
      const pairs = fields.map(
        async (component) => [component.custom_id, await onWire(now(component), actions.uploaded)] as const,
      );
      setFailure(await actions.submit(Object.fromEntries(await Promise.all(pairs))));
    } catch (error) {
      setFailure(error instanceof Error && error.message ? error.message : texts.link.lost);
    }
    setBusy(false);
  };

  return (
    <Dialog label={view.data.title} class="modal" close={actions.dismiss}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit();
        }}
      >
        <div class="modal-head">
          {application && <Avatar user={application} size={32} />}
          <h2>
            <bdi>{view.data.title}</bdi>
          </h2>
          <button type="button" class="icon-button" aria-label={texts.close} onClick={actions.dismiss}>
            <Icon name="close" />
          </button>
        </div>
        <div class="modal-body">
          {parts.map((part, index) =>
            part.kind === 'text' ? (
              <Markdown key={index} text={part.content} />
            ) : (
              <FieldView
                key={part.component.custom_id}
                id={`${id}-${index}`}
                field={part}
                required={isRequired(part.component)}
                value={now(part.component)}
                problem={checked ? fieldProblem(part.component, now(part.component), texts) : undefined}
                change={(value) => setValues((before) => ({ ...before, [part.component.custom_id]: value }))}
              />
            ),
          )}
        </div>
        <div class="form-end">
          {failure && (
            <p class="failed" role="alert">
              <Icon name="alert" size={16} /> {failure}
            </p>
          )}
          <button type="button" class="button secondary" onClick={actions.dismiss}>
            {texts.cancel}
          </button>
          <button type="submit" class="button primary" disabled={busy} aria-busy={busy}>
            {texts.modal.submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

const isFile = (one: string | File): one is File => one instanceof File;

/** A field's value as the server takes it: files are uploaded first. */
async function onWire(
  value: FieldValue,
  upload: (files: readonly File[]) => Promise<readonly string[]>,
): Promise<WireField> {
  if (typeof value !== 'object') return value;
  const files = [...value].filter(isFile);
  if (files.length > 0) return { uploads: await upload(files) };
  return value.filter((one) => typeof one === 'string');
}
