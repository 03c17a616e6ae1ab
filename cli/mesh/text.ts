// WireGuard's config text: sections of `Key = value`, some of them repeated. Read here, and merged with what only the host
// knows. Of the host's own [Interface] only keys of a list are taken; everything else is the controller's.

import { UsageError } from '../usage.ts';
import { isKey } from './keys.ts';

export interface Section {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** The sections in their order; comments and empty lines are left out. */
export function parseSections(text: string): Section[] {
  const sections: { name: string; entries: (readonly [string, string])[] }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/#.*$/, '').trim();
    if (line === '') continue;
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      sections.push({ name: header, entries: [] });
      continue;
    }
    const [, key, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    const section = sections.at(-1);
    if (key === undefined || value === undefined || section === undefined)
      throw new UsageError(`line ${index + 1} of the config is neither [Section] nor Key = value`);
    section.entries.push([key, value]);
  }
  return sections;
}

/** What is the host's own: its key, its port where none is declared, and what wg-quick does around the device. */
const OWN_KEYS = [
  'PrivateKey',
  'ListenPort',
  'FwMark',
  'DNS',
  'MTU',
  'Table',
  'PreUp',
  'PostUp',
  'PreDown',
  'PostDown',
];

export interface OwnPart {
  readonly privateKey: string;
  /** The other lines, as they go into the config. */
  readonly entries: Section['entries'];
}

/** The host's own part of a text: of [Interface] in a config, or a bare private key as `wg genkey` prints it. */
export function ownPartOf(text: string): OwnPart | undefined {
  if (isKey(text.trim())) return { privateKey: text.trim(), entries: [] };
  const entries = parseSections(text)
    .filter(({ name }) => name === 'Interface')
    .flatMap((section) => section.entries)
    .filter(([key]) => OWN_KEYS.includes(key));
  const privateKey = entries.find(([key]) => key === 'PrivateKey')?.[1];
  if (privateKey === undefined || !isKey(privateKey)) return undefined;
  return { privateKey, entries: entries.filter(([key]) => key !== 'PrivateKey') };
}

export function renderOwnPart({ privateKey, entries }: OwnPart): string {
  return ['[Interface]', `PrivateKey = ${privateKey}`, ...entries.map(line), ''].join('\n');
}

/** The rendered config with the host's own part in its [Interface]. What the controller says of a key wins. */
export function mergeOwnPart(rendered: string, own: OwnPart): string {
  const [device] = parseSections(rendered).filter(({ name }) => name === 'Interface');
  if (device === undefined) throw new UsageError('the config that the controller gave has no [Interface]');
  const said = new Set(device.entries.map(([key]) => key));
  const added = [
    ['PrivateKey', own.privateKey] as const,
    ...own.entries.filter(([key]) => !said.has(key)),
  ].map(line);
  return rendered.replace(/^\[Interface\]$/m, (header) => [header, ...added].join('\n'));
}

const line = ([key, value]: Section['entries'][number]): string => `${key} = ${value}`;
