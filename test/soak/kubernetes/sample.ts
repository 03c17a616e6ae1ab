// How much memory and how many files each controller holds, over its life.
// Promise: a process is judged by its own past, and only when it lived long enough to have one; of memory by what is in use after
// collections, for V8 collects late and gives back later, so that what is resident says little. That is told beside it.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from '../../support/fleet/program.ts';

interface Sample {
  readonly ageMs: number;
  readonly heapMib: number;
  readonly residentMib: number;
  readonly files: number;
}

/** Of one process. */
export interface Growth {
  readonly incarnation: string;
  readonly minutes: number;
  /** The least that was in use, in the first half of its life and in the second. */
  readonly heapMib: readonly [before: number, after: number];
  /** The most that was resident. */
  readonly residentMib: number;
  readonly files: readonly [before: number, after: number];
}

export interface Sampling {
  readonly ended: Promise<void>;
  /** Of those that lived for longer than they need to warm up. */
  growth(): Growth[];
}

const INTERVAL_MS = 1_000;
/** Code is compiled, caches fill and pools open meanwhile. */
const WARM_UP_MS = 60_000;
const LEAST_SAMPLES = 20;
const ANSWER_MS = 900;

const BOUNDS = { heapMib: 32, files: 12 } as const;
const MIB = 1 << 20;

export function startSampling(programs: readonly Program[], signal: AbortSignal): Sampling {
  const taken = new Map<string, Sample[]>();
  const births = new Map<string, number>();
  const look = async ({ incarnation, pid, address, state }: Program): Promise<void> => {
    if (state !== 'up') return;
    const born = births.get(incarnation) ?? performance.now();
    births.set(incarnation, born);
    const sample = await sampled(pid, address, performance.now() - born);
    const samples = taken.get(incarnation) ?? [];
    taken.set(incarnation, sample === undefined ? samples : [...samples, sample]);
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await Promise.all(programs.map(look));
      await delay(INTERVAL_MS, undefined, { signal }).catch(() => {});
    }
  };
  return {
    ended: run(),
    growth: () => [...taken].flatMap(([incarnation, samples]) => growthOf(incarnation, samples)),
  };
}

/** Undefined when it does not answer, as when it has ended meanwhile. */
async function sampled(pid: number, address: string, ageMs: number): Promise<Sample | undefined> {
  try {
    const [metrics, files] = await Promise.all([
      fetch(`${address}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) }).then((answer) => answer.text()),
      readdir(`/proc/${pid}/fd`),
    ]);
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const heap = Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(metrics)?.[1]);
    const residentKib = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
    if (Number.isNaN(heap) || Number.isNaN(residentKib)) return undefined;
    return { ageMs, heapMib: heap / MIB, residentMib: residentKib / 1024, files: files.length };
  } catch {
    return undefined;
  }
}

function growthOf(incarnation: string, all: readonly Sample[]): Growth[] {
  const samples = all.filter(({ ageMs }) => ageMs > WARM_UP_MS);
  if (samples.length < LEAST_SAMPLES) return [];
  const half = Math.ceil(samples.length / 2);
  const halves = [samples.slice(0, half), samples.slice(half)] as const;
  const ofBoth = (measure: (half: readonly Sample[]) => number): readonly [number, number] => [
    Math.round(measure(halves[0])),
    Math.round(measure(halves[1])),
  ];
  return [
    {
      incarnation,
      minutes: Math.round(((all.at(-1)?.ageMs ?? 0) / 60_000) * 10) / 10,
      heapMib: ofBoth((part) => Math.min(...part.map(({ heapMib }) => heapMib))),
      residentMib: Math.round(Math.max(...all.map(({ residentMib }) => residentMib))),
      files: ofBoth((part) => median(part.map(({ files }) => files))),
    },
  ];
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

export function leaksOf(growths: readonly Growth[]): string[] {
  return growths.flatMap(({ incarnation, heapMib, files }) => [
    ...(heapMib[1] - heapMib[0] > BOUNDS.heapMib
      ? [`${incarnation} had ${heapMib[0]} MiB in use at the least, then ${heapMib[1]}`]
      : []),
    ...(files[1] - files[0] > BOUNDS.files
      ? [`${incarnation} had ${files[0]} files open, then ${files[1]}`]
      : []),
  ]);
}
