/** Exit codes of the tester's commands: a failure in is a failure out. */
export const EXIT = { clean: 0, finding: 1, broken: 2 } as const;
