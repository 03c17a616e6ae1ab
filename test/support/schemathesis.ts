// schemathesis against a controller: requests made from the OpenAPI document, right ones and wrong ones, and what it found.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandFailed, run } from '../../servers/command.ts';
import { findTool } from '../../servers/find.ts';
import { removeFolder, temporaryFolder } from './dev.ts';

export interface FuzzRun {
  /** All that it printed. */
  readonly report: string;
  readonly failed: boolean;
  readonly requests: number;
}

export interface FuzzOptions {
  readonly address: string;
  readonly token: string;
  /** The document that requests are made from; see `narrowed`. */
  readonly document: unknown;
  readonly examples: number;
  readonly seed: number;
}

/**
 * What every answer must be, whatever was asked: never a failure of ours, and what the document says it is. Not that wrong data
 * is refused: against a narrowed document a good name counts as wrong.
 */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'ignored_auth',
];

export async function fuzz(options: FuzzOptions): Promise<FuzzRun> {
  const { path } = await findTool('schemathesis');
  const folder = await temporaryFolder();
  const document = join(folder, 'openapi.json');
  await writeFile(document, JSON.stringify(options.document));
  const args = [
    ['run', document, '--url', options.address, '--header', `Authorization: Bearer ${options.token}`],
    ['--phases', 'fuzzing,stateful', '--checks', CHECKS.join(), '--continue-on-failure'],
    ['--max-examples', String(options.examples), '--seed', String(options.seed), '--no-shrink'],
    // A request that takes this long hangs, on a busy machine too.
    ['--request-timeout', '60', '--generation-database', 'none', '--no-color'],
  ].flat();
  const lines: string[] = [];
  let failed = false;
  try {
    await run(path, args, { cwd: folder, onLine: (line) => lines.push(line) });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    failed = true;
  } finally {
    await removeFolder(folder);
  }
  const report = lines.join('\n');
  return { report, failed, requests: Number(/(\d+) generated/.exec(report)?.[1] ?? 0) };
}

const node = z.record(z.string(), z.unknown());

export interface Names {
  readonly orgs: readonly string[];
  readonly objects: readonly string[];
  /** The kinds whose manifests a plan is made of. */
  readonly kinds: readonly string[];
}

/**
 * The document with its names narrowed to a few that exist: with random ones every request would end at "not found", and what
 * lies behind would never be asked.
 */
export function narrowed(document: unknown, names: Names): unknown {
  const name = { type: 'string', enum: names.objects };
  const org = { type: 'string', enum: names.orgs };
  const manifest = { anyOf: names.kinds.map((kind) => ({ $ref: `#/components/schemas/${kind}` })) };
  const visit = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => visit(item, ''));
    const parsed = node.safeParse(value);
    if (!parsed.success) return value;
    const { data } = parsed;
    if (key === 'manifest') return manifest;
    if (data.in === 'path' && data.name === 'org') return { ...data, schema: org };
    if (data.in === 'path' && data.name === 'name') return { ...data, schema: name };
    if (data.type === 'string' && data.pattern === NAME_PATTERN) return key === 'org' ? org : name;
    return Object.fromEntries(Object.entries(data).map(([step, inner]) => [step, visit(inner, step)]));
  };
  return visit(document, '');
}

const NAME_PATTERN = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';
