import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot, shipped } from '../../src/platform/paths.js';
import { openSuite } from '../../src/woodpecker/drivers/suite-folder.js';
import { lintSuite } from '../../src/woodpecker/suite/lint.js';

const names = readdirSync(shipped('suites')).filter((name) => statSync(shipped('suites', name)).isDirectory());

describe.each(names)('the suite %s', (name) => {
  const { suite } = openSuite(shipped('suites', name));

  it('goes by the name of its folder, and says what it tests', () => {
    expect(suite.name).toBe(name);
    expect(suite.about).toMatch(/\.$/);
  });

  it('has nothing in it that never happens', () => {
    expect(lintSuite(suite)).toEqual([]);
  });

  it.each(['suites.md', 'suites.zh-CN.md'])('is told of in docs/%s', (file) => {
    expect(readFileSync(join(packageRoot, 'docs', file), 'utf8')).toContain(`../data/suites/${name}/suite.yaml`);
  });
});
