import { describe, expect, it } from 'vitest';
import { policySchema } from '../../src/worker/policy.js';
import { PolicyError, readPolicy, withSuites, writtenPolicy } from '../../src/worker/policy-file.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const wrong = (text: string): string => {
  try {
    readPolicy(text, 'policy.yaml');
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
  return 'nothing';
};

describe('what is wrong in a policy', () => {
  it.each([
    ['cores: 1\nhours: [22:00-08:00, 25:00-26:00]', 'policy.yaml:2: hours.1: hours look like 22:00-08:00'],
    ['hours: 22:00-08:00', 'policy.yaml:1: hours: hours are a list, as [22:00-08:00]'],
    ['hours: [08:00-08:00]', 'policy.yaml:1: hours.0: hours end at another time than they begin; [] is always'],
    ['# mine\n\nzone: Mars/Olympus', 'policy.yaml:3: zone: a time zone looks like Asia/Shanghai or UTC'],
    ['cores: 1\ncoers: 2', 'policy.yaml:2: there is no coers; there are hours, zone, cores'],
    ['suites:\n  - name: cloud\n    digest: md5:1', 'policy.yaml:3: suites.0.digest: '],
    ['suites:\n  - name: cloud', 'policy.yaml:2: suites.0.digest: '],
    ['tier: docker', 'policy.yaml:1: tier: Invalid option: expected one of "in-process"|"bubblewrap"'],
    ['tier: in-process\nnetwork: host', 'policy.yaml:2: network: network is none, or a list of hosts'],
    ['network: [http://example.org]', 'policy.yaml:1: network'],
    ['memory_mb: lots', 'policy.yaml:1: memory_mb: '],
    ['hours: [22:00-08:00', 'policy.yaml:1: '],
    ['cores: 1\n  zone: UTC', 'policy.yaml:'],
    ['- a\n- b', 'policy.yaml: Invalid input: expected object'],
  ])('is told with its line: %j', (text, what) => {
    expect(wrong(text)).toContain(what);
  });

  it('is told all at once', () => {
    expect(wrong('cores: 0\nzone: nowhere\ntier: none').split('\n')).toHaveLength(3);
  });
});

describe('a policy', () => {
  it('is the strict one where nothing is written', () => {
    expect(readPolicy('', 'policy.yaml')).toEqual(policySchema.parse({}));
    expect(readPolicy('# only a comment', 'policy.yaml')).toMatchObject({ tier: 'bubblewrap', network: 'none' });
  });

  it('is read as it is written for the lender', () => {
    const policy = policySchema.parse({ hours: ['22:00-08:00'], network: ['github.com:443', '*.debian.org'] });
    expect(readPolicy(writtenPolicy(policy), 'policy.yaml')).toEqual(policy);
  });

  it.each([
    ['suites: []\n', 'flow'],
    [`suites: [{ name: w7, digest: "${digest('b')}" }]\n`, 'flow, with one'],
    [`suites:\n  - name: w7 # the old one\n    digest: ${digest('b')}\n`, 'block'],
    ['', 'none'],
  ])('keeps what the lender wrote when a suite is added to %j (%s)', (suites) => {
    const text = `# at night only\nhours: [22:00-08:00] # Ann sleeps then\n${suites}`;
    const added = withSuites(text, 'policy.yaml', [{ name: 'cloud', digest: digest('a') }]);
    expect(added).toContain('# at night only');
    expect(added).toContain('# Ann sleeps then');
    const policy = readPolicy(added, 'policy.yaml');
    expect(policy.hours).toEqual(['22:00-08:00']);
    expect(policy.suites.at(-1)).toEqual({ name: 'cloud', digest: digest('a') });
    expect(policy.suites).toHaveLength(suites.includes('w7') ? 2 : 1);
  });

  it('gets a suite though nothing is in its file, or only a comment', () => {
    for (const text of ['', '# mine\n']) {
      const added = withSuites(text, 'policy.yaml', [{ name: 'cloud', digest: digest('a') }]);
      expect(readPolicy(added, 'policy.yaml').suites).toHaveLength(1);
    }
  });
});
