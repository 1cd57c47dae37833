import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultRequest } from '../../src/fleet/protocol.js';
import { parseReproducer, printReproducer, type Reproducer, ReproducerError } from '../../src/woodpecker/reproducer.js';
import { maskMessage } from '../../src/woodpecker/signature.js';
import { parseStep, printStep, StepSyntaxError } from '../../src/woodpecker/step-text.js';
import { parseTrace, TraceError } from '../../src/woodpecker/trace.js';

describe('a step as text', () => {
  it.each([
    'create_vm',
    'create_vm -> vm#1',
    'attach vm#1 volume#22 bus="virtio" slot=3',
    'copy from=file#1 folder#2 -> copy=file#3',
    '!start vm#1',
    '2| stop vm#1',
    'name vm#1 label="a -> b=\\"c#1\\" \\n" tags=["x y",{"k":[1,2]}] none=null',
  ])('reads back as it was written: %s', (line) => {
    expect(printStep(parseStep(line))).toBe(line);
  });

  it('shows characters that nobody sees as escapes, and reads them back', () => {
    const label = 'a\u202eb\u2066c\u007fd\u0085e\u0000f';
    const step = { action: 'name', takes: {}, makes: {}, args: { label } };
    const line = printStep(step);
    expect(line).toBe('name label="a\\u202eb\\u2066c\\u007fd\\u0085e\\u0000f"');
    expect(parseStep(line)).toEqual(step);
  });

  it('is a line that machines may tell of, whatever its values are', () => {
    const traces = resultRequest.shape.sightings.unwrap().shape.trace;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (label) => {
        const line = printStep({ action: 'name', takes: {}, makes: {}, args: { label } });
        expect(parseStep(line).args.label).toBe(label);
        expect(traces.safeParse([line]).success).toBe(true);
      }),
    );
  });

  it.each([
    ['', 1],
    ['Stop vm#1', 1],
    ['stop vm#0', 6],
    ['stop vm', 6],
    ['stop x=', 8],
    ['stop size=1x', 11],
    ['stop vm#1 vm#2', 11],
  ])('is refused where it goes wrong: "%s" at column %i', (line, column) => {
    expect(() => parseStep(line)).toThrow(StepSyntaxError);
    try {
      parseStep(line);
    } catch (error) {
      expect((error as StepSyntaxError).column).toBe(column);
    }
  });
});

describe('a message, masked', () => {
  it.each([
    ['volume 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone', 'volume 6ba7b810-9dad-11d1-80b4-00c04fd430c8 is gone'],
    ['timed out after 30.5 s at 2026-11-23T10:00:00.123Z', 'timed out after 31 s at 2026-11-24T00:12:59Z'],
    ['no such file /var/lib/vol-17/disk.qcow2', 'no such file /tmp/vol-9/root.qcow2'],
    ['cannot reach 10.0.0.7:5900', 'cannot reach 192.168.122.15:5901'],
    ['vm#3 is stopped, and must be running', 'vm#12 is stopped, and must be running'],
    ['device vda2 of domain web-7', 'device vda5 of domain web-12'],
    ['bad mac 52:54:00:aa:bb:cc', 'bad mac 52:54:00:11:22:33'],
    ['at 0x7f3a', 'at 0xffee01'],
    ['id a81f30cc99 unknown', 'id 77bc01deadbeef unknown'],
  ])('is the same for sightings that differ by chance: %s', (one, other) => {
    expect(maskMessage(one)).toBe(maskMessage(other));
  });

  it.each([
    ['the snapshot failed', 'the template failed'],
    ['vm#1 is stopped, and must be running', 'vm#1 is running, and must be stopped'],
    ['permission denied', 'no such device'],
  ])('still tells failures apart: %s', (one, other) => {
    expect(maskMessage(one)).not.toBe(maskMessage(other));
  });
});

const FOUND: Reproducer = {
  suite: 'cloud',
  digest: `sha256:${'0af1'.repeat(16)}`,
  ref: 'v4.1-rc1',
  bugs: ['w7'],
  failure: {
    signature: '0123456789abcdef',
    kind: 'action',
    action: 'snap_vol',
    states: { volume: 'free' },
    message: 'no parent: "x"\n  at 鸟',
  },
  reliability: { hits: 3, tries: 3 },
  origin: { strategy: 'mix', seed: 7, episode: 12, length: 200 },
  steps: ['create_vm name="百: #1" -> vm#1', 'stop_vm vm#1', '!stop_vm vm#1'].map(parseStep),
};

describe('a reproducer', () => {
  it('reads back as it was written', () => {
    expect(parseReproducer(printReproducer(FOUND))).toEqual(FOUND);
    const { ref: _, bugs: __, origin: ___, ...least } = FOUND;
    expect(parseReproducer(printReproducer(least))).toEqual(least);
  });

  it('is read by people: one step a line', () => {
    expect(printReproducer(FOUND)).toContain('\n  - stop_vm vm#1\n  - "!stop_vm vm#1"\n');
  });

  it.each([
    ['- stop_vm vm#1', '- stop_vm vm1', /^f\.yaml:\d+:\d+: expected role=type#1/],
    ['kind: action', 'kind: odd', /^f\.yaml:10:9: failure\.kind: /],
    ['signature: 0123456789abcdef', 'signature: 12', /^f\.yaml:9:14: failure\.signature: /],
    ['suite: cloud', 'suite: [cloud', /^f\.yaml:\d+:\d+: /],
    ['suite: cloud', 'suite: *cloud', /^f\.yaml:1:1: Unresolved alias/],
  ])('is refused with the place of the mistake: %s', (from, to, message) => {
    const text = printReproducer(FOUND).replace(from, to);
    expect(() => parseReproducer(text, 'f.yaml')).toThrow(ReproducerError);
    expect(() => parseReproducer(text, 'f.yaml')).toThrow(message);
  });
});

describe('a trace', () => {
  it.each([
    ['', '1:1'],
    ['trace {}\n', '1:1'],
    ['trace {"suite":"a","digest":"d","strategy":"mix","seed":1,"episode":0,"length":9}\n# well\n\nstop vm\n', '4:6'],
  ])('is refused with the place of the mistake: %j', (text, place) => {
    expect(() => parseTrace(text)).toThrow(TraceError);
    expect(() => parseTrace(text)).toThrow(new RegExp(`^${place}:`));
  });
});
