// What a soak over a cluster says in the end: how much was done, what was done to it, and what is wrong, each with its proof.

import type { Verdict } from '../../support/verdict/verdict.ts';
import type { Counts } from '../report.ts';
import type { Growth } from './sample.ts';

export interface ClusterReport extends Verdict {
  readonly seed: number;
  readonly minutes: number;
  /** Objects that stand in the end. */
  readonly objects: number;
  /** Writes that the API server acknowledged to clients. */
  readonly writes: number;
  /** Writes of the controllers to the API server. */
  readonly controllerWrites: number;
  readonly events: number;
  readonly counts: Readonly<Counts>;
  /** Of each process that lived for long. */
  readonly growth: readonly Growth[];
  /** Until everything was settled, after the last fault and the last write. */
  readonly settledAfterSeconds: number;
  readonly missed: readonly string[];
  readonly unsettled: readonly string[];
  readonly leaks: readonly string[];
  /** To the API server, in a minute without changes. */
  readonly idleWrites: readonly string[];
  readonly failures: readonly string[];
}

const findings = [
  'missed',
  'lost',
  'doubled',
  'unlogged',
  'chain',
  'crashes',
  'unsettled',
  'leaks',
  'idleWrites',
  'failures',
] as const;
const MOST_SHOWN = 20;

export const isClean = (report: ClusterReport): boolean =>
  findings.every((name) => report[name].length === 0);

export function renderReport(report: ClusterReport): string {
  const { counts, growth } = report;
  const line = [
    `objects ${report.objects}`,
    `writes ${report.writes}`,
    `writes of controllers ${report.controllerWrites}`,
    `events ${report.events}`,
    `kills ${counts.kills}`,
    `freezes ${counts.freezes}`,
    `outages ${counts.outages}`,
    `disturbances ${counts.disturbances}`,
    `settled after ${report.settledAfterSeconds} s`,
    ...findings.map((name) => `${name} ${report[name].length}`),
  ].join(', ');
  const grown = growth.map(
    ({ incarnation, minutes, residentMib, files }) =>
      `${incarnation}, ${minutes} min: ${residentMib.join(' -> ')} MiB, ${files.join(' -> ')} files`,
  );
  const details = findings.flatMap((name) =>
    report[name].slice(0, MOST_SHOWN).map((each) => `${name}: ${each}`),
  );
  return [
    ...grown,
    ...details,
    `soak of Kubernetes for ${report.minutes} min, seed ${report.seed}: ${line}`,
  ].join('\n');
}
