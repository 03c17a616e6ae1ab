// Waits for an earlier server on the same data: after a SIGKILL of its owner its guard shuts it down, which takes a moment.
// Promise: a number that now belongs to another program is not waited for; a server that stays is named.
// Never: a server ended. One that stays has a live owner.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from './cache.ts';
import { run } from './command.ts';
import { ServerFailed } from './errors.ts';

export interface PreviousServer {
  readonly server: string;
  /** How the name of its program begins. */
  readonly command: string;
  /** What it serves, for messages. */
  readonly data: string;
  /** The number it has noted; NaN or 0 when there is none. */
  readonly pid: () => Promise<number>;
  readonly progress: (line: string) => void;
  readonly limitMs?: number;
}

const waitLimitMs = 40_000;

export async function waitForEnd(previous: PreviousServer): Promise<void> {
  const { server, command, data, progress } = previous;
  const deadline = Date.now() + (previous.limitMs ?? waitLimitMs);
  for (let told = false; ; told = true) {
    const pid = await previous.pid();
    if (!(pid > 0) || !isAlive(pid) || !(await runs(pid, command))) return;
    if (Date.now() > deadline) {
      throw new ServerFailed(
        server,
        `process ${pid} already serves ${data}.`,
        'Stop the program that started it, or use another state folder.',
      );
    }
    if (!told) progress(`${server}: waiting for process ${pid} to leave ${data}`);
    await delay(100);
  }
}

/** The number in a file that a server of ours is noted in; a file that is not there is no server. */
export async function pidNotedIn(file: string): Promise<number> {
  return Number(await readFile(file, 'utf8').catch(() => ''));
}

async function runs(pid: number, command: string): Promise<boolean> {
  if (existsSync('/proc/self/comm'))
    return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).startsWith(command);
  return run('ps', ['-o', 'comm=', '-p', String(pid)]).then(
    (name) => name.includes(command),
    () => false,
  );
}
