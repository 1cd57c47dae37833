/** The list above the composer: commands, options, choices, people, channels. The focus stays where one types. */
import { type ComponentChildren, Fragment } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface SuggestionsProps<T> {
  readonly id: string;
  readonly label: string;
  readonly head?: ComponentChildren;
  readonly items: readonly T[];
  readonly active: number;
  /** A heading to be drawn above this item, when it begins a group. */
  readonly groupOf?: (item: T) => string;
  readonly empty?: string;
  keyOf(item: T): string;
  draw(item: T): ComponentChildren;
  pick(item: T): void;
  hover(index: number): void;
}

export function Suggestions<T>(props: SuggestionsProps<T>) {
  const { id, label, head, items, active, groupOf, empty, keyOf, draw, pick, hover } = props;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active, items]);
  if (items.length === 0 && !head && !empty) return null;
  return (
    <div class="suggestions" ref={box}>
      {head && <div class="suggestions-head">{head}</div>}
      <div role="listbox" id={id} aria-label={label}>
        {items.map((item, index) => {
          const before = items[index - 1];
          const group = groupOf?.(item);
          const begins = group !== undefined && (before === undefined || groupOf?.(before) !== group);
          return (
            <Fragment key={keyOf(item)}>
              {begins && (
                <div class="suggestions-group" role="presentation">
                  <bdi>{group}</bdi>
                </div>
              )}
              {/* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text, as aria-activedescendant says */}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled where one types */}
              <div
                class="choice"
                role="option"
                id={`${id}-${index}`}
                aria-selected={index === active}
                onMouseMove={() => index !== active && hover(index)}
                // Pressing must not take the focus out of the text.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => pick(item)}
              >
                {draw(item)}
              </div>
            </Fragment>
          );
        })}
        {items.length === 0 && empty && <p class="nothing">{empty}</p>}
      </div>
    </div>
  );
}
