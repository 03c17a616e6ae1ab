// Reads manifests from YAML or JSON files, several documents a file, and remembers where each stands.

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readYamlDocuments, type YamlDocument, YamlFault } from '../config/yaml.ts';
import { escapePointer } from '../crds/json.ts';
import { kindNamed } from '../crds/kinds.ts';
import type { ObjectName } from './client.ts';
import { UsageError } from './usage.ts';

export interface ReadManifest {
  readonly manifest: Record<string, unknown>;
  /** e.g. `agents.yaml:12` */
  readonly place: string;
}

const MANIFEST = /\.(ya?ml|json)$/;

/** Reads files and, one level deep, folders. `-` is standard input. Throws UsageError with the place of what is wrong. */
export async function readManifests(paths: readonly string[]): Promise<ReadManifest[]> {
  const found: ReadManifest[] = [];
  for (const path of paths)
    for (const file of await filesAt(path)) found.push(...parseManifests(file, await read(file)));
  if (found.length === 0) throw new UsageError(`there is no manifest in ${paths.join(', ')}`);
  return found;
}

async function filesAt(path: string): Promise<string[]> {
  if (path === '-') return [path];
  const info = await stat(path).catch(() => {
    throw new UsageError(`${path}: there is no such file`);
  });
  if (!info.isDirectory()) return [path];
  const names = await readdir(path);
  return names
    .filter((name) => MANIFEST.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function read(file: string): Promise<string> {
  if (file !== '-') return await readFile(file, 'utf8');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** The manifests of one text. Throws UsageError, whatever the text. */
export function parseManifests(file: string, text: string): ReadManifest[] {
  return documentsOf(file, text).flatMap(({ value, line }) => {
    if (value === undefined) return [];
    const place = `${file}:${line}`;
    const manifest = z.record(z.string(), z.unknown()).safeParse(value);
    if (!manifest.success) throw new UsageError(`${place}: a manifest is a mapping`);
    return [{ manifest: exactNumbers(manifest.data, place) as Record<string, unknown>, place }];
  });
}

function documentsOf(file: string, text: string): YamlDocument[] {
  try {
    return readYamlDocuments(text, { bigints: true });
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw new UsageError(`${file}:${error.line}:${error.column}: ${error.message}`);
  }
}

/** YAML integers are read as bigint, so that one beyond 2^53-1 is refused here instead of being rounded. */
function exactNumbers(value: unknown, place: string, pointer = ''): unknown {
  if (typeof value === 'bigint') {
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
      throw new UsageError(`${place}: ${pointer}: IntegerTooLarge: the integer is beyond 2^53-1`);
    return Number(value);
  }
  const inner = (step: string | number, item: unknown): unknown =>
    exactNumbers(item, place, `${pointer}/${escapePointer(step)}`);
  if (Array.isArray(value)) return value.map((item, index) => inner(index, item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(key, item)]));
  return value;
}

const named = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), org: z.string().optional() }),
});

/** What a manifest is of. */
export function nameOf({ manifest, place }: ReadManifest): ObjectName {
  const parsed = named.safeParse(manifest);
  if (!parsed.success) throw new UsageError(`${place}: a manifest needs kind and metadata.name`);
  const { kind: kindName, metadata } = parsed.data;
  const kind = kindNamed(kindName);
  if (kind === undefined) throw new UsageError(`${place}: "${kindName}" is not a kind`);
  return { kind, org: metadata.org ?? metadata.name, name: metadata.name };
}
