// Helpers of this folder's tests: a temporary folder that goes away, a wait for a condition, a small local wheel.
// Promise: waits end as soon as the condition holds, and say what they waited for when it never does.
// Never: used by anything but tests.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './command.ts';
import type { Pin } from './pins.ts';

/** Mode 0700, as a state folder below a home is: as root, the user `postgres` cannot enter it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'lattice-servers-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export async function eventually(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await delay(25);
  }
}

/** Sets variables until disposed. */
export function environment(values: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}

/** A wheel with one script, in a folder that pip can be pointed at, and the pin for it. */
export async function smallWheel(folder: string): Promise<Pin> {
  const info = 'lattice_small-1.0.0.dist-info';
  const script = 'lattice_small-1.0.0.data/scripts/small';
  const content = join(folder, 'content');
  const file = join(folder, 'lattice_small-1.0.0-py3-none-any.whl');
  await mkdir(join(content, info), { recursive: true });
  await mkdir(join(content, 'lattice_small-1.0.0.data/scripts'), { recursive: true });
  await writeFile(join(content, script), '#!/bin/sh\necho small 1.0.0\n');
  await writeFile(
    join(content, info, 'METADATA'),
    'Metadata-Version: 2.1\nName: lattice-small\nVersion: 1.0.0\n',
  );
  await writeFile(
    join(content, info, 'WHEEL'),
    'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  );
  await writeFile(join(content, info, 'RECORD'), '');
  await run('python3', ['-m', 'zipfile', '-c', file, info, 'lattice_small-1.0.0.data'], { cwd: content });
  await rm(content, { recursive: true });
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const wheel = { tag: 'any', sha256 };
  return {
    name: 'small',
    version: '1.0.0',
    env: 'LATTICE_SMALL',
    versionArgs: ['--version'],
    source: {
      kind: 'wheel',
      package: 'lattice-small',
      binary: script,
      wheels: { 'linux-x64': wheel, 'linux-arm64': wheel, 'darwin-x64': wheel, 'darwin-arm64': wheel },
    },
  };
}

/** Every TCP address on which a process listens, as `ip:port`; reads /proc, so on Linux only. */
export async function listeningAddresses(pid: number): Promise<string[]> {
  const sockets = new Set(await socketsOf(pid));
  const rows = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8').catch(() => '')),
  );
  return rows
    .flatMap((table) => table.split('\n').slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(inode ?? ''))
    .map(([, address = '']) => readAddress(address));
}

async function socketsOf(pid: number): Promise<string[]> {
  const links = await Promise.all(
    (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** The kernel writes an IPv4 address as one little-endian hexadecimal word; IPv6 is left as it is. */
function readAddress(text: string): string {
  const [ip = '', port = ''] = text.split(':');
  const readable = ip.length === 8 ? Buffer.from(ip, 'hex').reverse().join('.') : ip;
  return `${readable}:${Number.parseInt(port, 16)}`;
}
