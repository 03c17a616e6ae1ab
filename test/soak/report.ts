// What a soak says in the end: how much was done, what was done to it, and what is wrong, each with its proof.

import type { Verdict } from '../support/verdict/verdict.ts';

export interface Counts {
  kills: number;
  freezes: number;
  outages: number;
  /** Single calls that went wrong between the controllers and a cluster. */
  disturbances: number;
}

export interface Report extends Verdict {
  readonly seed: number;
  readonly minutes: number;
  /** Objects that stand in the end. */
  readonly objects: number;
  /** Acknowledged writes of clients. */
  readonly writes: number;
  /** Applies of Terraform that succeeded, and those that a fault ended and that were repeated. */
  readonly applies: number;
  readonly appliesRepeated: number;
  /** Events on the ledger. */
  readonly events: number;
  readonly counts: Readonly<Counts>;
  /** What did not come to rest within the limit. */
  readonly unsettled: readonly string[];
  /** Answers 500 and refusals that no client should get. */
  readonly failures: readonly string[];
}

type Findings = 'lost' | 'doubled' | 'unlogged' | 'chain' | 'crashes' | 'unsettled' | 'failures';
const findings: readonly Findings[] = [
  'lost',
  'doubled',
  'unlogged',
  'chain',
  'crashes',
  'unsettled',
  'failures',
];
const MOST_SHOWN = 20;

export const isClean = (report: Report): boolean => findings.every((name) => report[name].length === 0);

export function renderReport(report: Report): string {
  const { counts } = report;
  const line = [
    `objects ${report.objects}`,
    `writes ${report.writes}`,
    `events ${report.events}`,
    `applies ${report.applies} (${report.appliesRepeated} repeated)`,
    `kills ${counts.kills}`,
    `freezes ${counts.freezes}`,
    `outages ${counts.outages}`,
    `lost ${report.lost.length}`,
    `doubled ${report.doubled.length}`,
    `unlogged ${report.unlogged.length}`,
    `chain ${report.chain.length === 0 ? 'ok' : 'BROKEN'}`,
    `crashes ${report.crashes.length}`,
    `unsettled ${report.unsettled.length}`,
    `failures ${report.failures.length}`,
  ].join(', ');
  const details = findings.flatMap((name) =>
    report[name].slice(0, MOST_SHOWN).map((each) => `${name}: ${each}`),
  );
  return [...details, `soak of ${report.minutes} min, seed ${report.seed}: ${line}`].join('\n');
}
