/** What one walk stands on: a folder of its own, and the processes that it starts. Both are gone when the walk is. */
import { createProcessTree, type ProcessTree } from './process-tree.js';
import { createWalkFolder, type WalkFolder } from './walk-folder.js';

export interface Ground {
  readonly folder: WalkFolder;
  readonly tree: ProcessTree;
  /** Ends every process and removes the folder. Safe to call twice. */
  clear(): void;
}

/** Throws HarnessError where no folder can be made. */
export function createGround(): Ground {
  const folder = createWalkFolder();
  const tree = createProcessTree();
  return {
    folder,
    tree,
    clear() {
      tree.kill();
      folder.remove();
    },
  };
}
