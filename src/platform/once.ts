/** Makes a value when it is first needed, and keeps it: statements that most guilds never run are never prepared. */
export function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
