// Secrets of which every letter is known, and whatever a test has seen of the system: none may hold one, in any of the forms in
// which bytes are written.

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { World } from './world.ts';

export interface Planted {
  /** Makes a secret, and remembers it by the name of its place. */
  plant(place: string, prefix?: string): string;
  /** Remembers one that was made elsewhere. */
  know(place: string, secret: string): void;
  /** Something that was written, printed or answered. */
  saw(where: string, text: string): void;
  /** Each place whose secret was seen, and where. */
  findings(): string[];
  /** How much was looked through. */
  readonly seen: ReadonlyMap<string, number>;
}

export function planted(): Planted {
  const secrets = new Map<string, string>();
  const texts: { where: string; text: string }[] = [];
  const seen = new Map<string, number>();
  return {
    plant: (place, prefix = 'planted-') => {
      const secret = `${prefix}${randomBytes(12).toString('hex')}`;
      secrets.set(place, secret);
      return secret;
    },
    know: (place, secret) => secrets.set(place, secret),
    saw: (where, text) => {
      texts.push({ where, text });
      seen.set(where, (seen.get(where) ?? 0) + text.length);
    },
    seen,
    findings: () =>
      [...secrets].flatMap(([place, secret]) =>
        texts.flatMap(({ where, text }) => {
          const form = formsOf(secret).find((form) => text.toLowerCase().includes(form.toLowerCase()));
          if (form === undefined) return [];
          const at = text.toLowerCase().indexOf(form.toLowerCase());
          return [
            `${place} is in ${where}: ...${text.slice(Math.max(0, at - 120), at + form.length + 40)}...`,
          ];
        }),
      ),
  };
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // Inside of a longer text base64 depends on where the secret begins; its middle is the same three ways.
  const inside = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const key = /^[A-Za-z0-9+/]{43}=$/.test(secret) ? [Buffer.from(secret, 'base64').toString('hex')] : [];
  return [...new Set([secret, json, url, bytes.toString('hex'), ...inside, ...key])];
}

/** Every row of every table of ours; bytes come in hex. */
export async function lookAtTables(world: World, { saw }: Planted): Promise<void> {
  const tables = await world.sql(
    `SELECT relname AS name FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname`,
  );
  for (const { name } of tables) {
    const rows = await world.sql(`SELECT to_jsonb(t)::text AS row FROM "${String(name)}" t`);
    saw(`table ${String(name)}`, rows.map(({ row }) => String(row)).join('\n'));
  }
}

/** Every workflow of every namespace, with its history and memo; payloads come as they are, not in base64. */
export async function lookAtWorkflows(world: World, { saw }: Planted): Promise<void> {
  const { connection } = world.temporal('default');
  const { namespaces } = await connection.workflowService.listNamespaces({ pageSize: 1000 });
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner instanceof Uint8Array) return Buffer.from(inner).toString();
      // Its own JSON form would have it in base64 before we see it.
      return isBuffer(inner) ? Buffer.from(inner.data).toString() : inner;
    });
  for (const { namespaceInfo } of namespaces) {
    const namespace = namespaceInfo?.name ?? '';
    saw(`namespace ${namespace}`, text(namespaceInfo));
    if (namespace === 'temporal-system') continue;
    const client = new Client({ connection, namespace });
    for await (const { workflowId, runId } of client.workflow.list()) {
      const handle = client.workflow.getHandle(workflowId, runId);
      saw(`workflow ${workflowId}`, text((await handle.describe()).raw));
      saw(`history of ${workflowId}`, text(await handle.fetchHistory()));
    }
  }
}

function isBuffer(value: unknown): value is { data: number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value
  );
}

/** Every file under a folder whose name `wanted` takes. */
export async function lookAtFiles(
  folder: string,
  wanted: (name: string) => boolean,
  { saw }: Planted,
): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries)
    if (entry.isFile() && wanted(entry.name))
      saw(`file ${entry.name}`, await readFile(join(entry.parentPath, entry.name), 'latin1'));
}
