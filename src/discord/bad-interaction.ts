/** Interactions that do not fit what is declared now. They are answered as such, not logged as faults. */

/** A command, or options of one, that we do not know: Discord's client still shows an older list, or something made it up. */
export class BadInteraction extends Error {
  override readonly name = 'BadInteraction';
}

/** A button, select or modal from an older version of the message it is in. */
export class OutOfDate extends Error {
  override readonly name = 'OutOfDate';
}
