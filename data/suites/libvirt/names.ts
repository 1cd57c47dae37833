/** What things of a walk are called in libvirt, and the files that define them. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Kind = 'domain' | 'network' | 'pool';

/** Something that libvirt knows by a UUID. Its id, as Flock has it, is the UUID. */
export interface Thing {
  readonly name: string;
  readonly uuid: string;
  /** Path of its XML. */
  readonly file: string;
}

export interface NamesOptions {
  /** Where XML, saves and pools go: the walk's own folder. */
  readonly folder: string;
  readonly uri: string;
  /** A file with the XML of a domain, @NAME@ and @UUID@ in it. */
  readonly template?: string | undefined;
}

export type Names = ReturnType<typeof createNames>;

/** Names that no other walk on this host has; told from words by their digits, so that findings are not told apart by them. */
export function createNames({ folder, uri, template }: NamesOptions) {
  const tag = `flock-${process.pid}${Date.now() % 1_000_000}`;
  const type = uri.startsWith('test:') ? 'test' : (/^[a-z]+/.exec(uri)?.[0] ?? 'qemu');
  const domainXml = template === undefined ? domainOf(type) : readFileSync(template, 'utf8');
  let made = 0;
  const next = (kind: string): string => `${tag}-${kind}-${++made}`;

  const written = (kind: Kind, name: string, uuid: string): Thing => {
    const file = join(folder, `${name}.xml`);
    const xml = { domain: domainXml, network: NETWORK, pool: poolAt(join(folder, name)) }[kind];
    writeFileSync(file, xml.replaceAll('@NAME@', name).replaceAll('@UUID@', uuid));
    return { name, uuid, file };
  };

  return {
    next,
    savefile: () => join(folder, next('save')),
    /** Something new. */
    define: (kind: Kind): Thing => written(kind, next(kind), randomUUID()),
    /** The same thing under another name, in another file: the old one may be needed again. */
    renamed: (kind: Kind, uuid: string): Thing => written(kind, next(kind), uuid),
  };
}

const domainOf = (type: string): string =>
  `<domain type='${type}'><name>@NAME@</name><uuid>@UUID@</uuid><memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>\n`;
/** Without a bridge or an address: it needs no rights and meets no other network. */
const NETWORK = '<network><name>@NAME@</name><uuid>@UUID@</uuid></network>\n';
const poolAt = (path: string): string =>
  `<pool type='dir'><name>@NAME@</name><uuid>@UUID@</uuid><target><path>${path}</path></target></pool>\n`;
