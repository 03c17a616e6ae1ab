// The memory of the processes that a process starts, by the kernel's count of their peaks. Promise: a process that lives
// longer than the pause between two looks is seen. Never: a failure, since processes end while they are looked at.

import { readdirSync, readFileSync } from 'node:fs';

const LOOK_MS = 50;

/** The returned function ends the watch and gives the highest peak, in MiB. */
export function watchMemory(parent: number): () => number {
  let highest = 0;
  const look = () => {
    for (const child of childrenOf(parent)) highest = Math.max(highest, peakOf(child));
  };
  const timer = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(timer);
    return highest;
  };
}

/** Any thread of a Go program may have started a child. */
function childrenOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

function peakOf(pid: string): number {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}
