// How much memory and how many files each controller holds, over its life.
// Promise: a process is judged by its own past, and only when it lived long enough to have one.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from '../../support/fleet/program.ts';

interface Sample {
  readonly ageMs: number;
  readonly residentMib: number;
  readonly files: number;
}

/** Of one process. */
export interface Growth {
  readonly incarnation: string;
  readonly minutes: number;
  readonly residentMib: readonly [before: number, after: number];
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
/** Of the life after that, at each end. */
const PART = 0.2;
const LEAST_SAMPLES = 20;

const BOUNDS = { residentMib: 48, files: 12 } as const;

export function startSampling(programs: readonly Program[], signal: AbortSignal): Sampling {
  const taken = new Map<string, Sample[]>();
  const births = new Map<string, number>();
  const look = async ({ incarnation, pid, state }: Program): Promise<void> => {
    if (state !== 'up') return;
    const born = births.get(incarnation) ?? performance.now();
    births.set(incarnation, born);
    const sample = await sampled(pid, performance.now() - born);
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

/** Undefined when it has ended meanwhile. */
async function sampled(pid: number, ageMs: number): Promise<Sample | undefined> {
  try {
    const [status, files] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readdir(`/proc/${pid}/fd`),
    ]);
    const kib = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
    return { ageMs, residentMib: kib / 1024, files: files.length };
  } catch {
    return undefined;
  }
}

function growthOf(incarnation: string, all: readonly Sample[]): Growth[] {
  const samples = all.filter(({ ageMs }) => ageMs > WARM_UP_MS);
  if (samples.length < LEAST_SAMPLES) return [];
  const part = Math.ceil(samples.length * PART);
  const [first, last] = [samples.slice(0, part), samples.slice(-part)];
  const ends = (of: (sample: Sample) => number): readonly [number, number] => [
    Math.round(median(first.map(of))),
    Math.round(median(last.map(of))),
  ];
  const minutes = Math.round(((all.at(-1)?.ageMs ?? 0) / 60_000) * 10) / 10;
  return [
    {
      incarnation,
      minutes,
      residentMib: ends(({ residentMib }) => residentMib),
      files: ends(({ files }) => files),
    },
  ];
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

export function leaksOf(growths: readonly Growth[]): string[] {
  return growths.flatMap(({ incarnation, residentMib, files }) => [
    ...(residentMib[1] - residentMib[0] > BOUNDS.residentMib
      ? [`${incarnation} grew from ${residentMib[0]} to ${residentMib[1]} MiB`]
      : []),
    ...(files[1] - files[0] > BOUNDS.files
      ? [`${incarnation} had ${files[0]} files open, then ${files[1]}`]
      : []),
  ]);
}
