/** The one place where a reader writes. */
export const composerId = 'composer';

export function focusComposer() {
  document.getElementById(composerId)?.focus();
}
