// The form of every measurement: a table for people and, with --json, one object on the last line for machines.

import { cpus, release, totalmem } from 'node:os';

export interface Row {
  /** What was done. */
  readonly work: string;
  readonly figure: number;
  readonly unit: string;
  /** What it is held against in the same run; null when there is nothing. */
  readonly peer: string | null;
  readonly peerFigure: number | null;
  /** figure / peerFigure */
  readonly ratio: number | null;
  /** What is to be reached, in words, e.g. `>= 200 objects/s`. */
  readonly reach: string | null;
  readonly ok: boolean | null;
}

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

export interface Measured {
  readonly work: string;
  readonly figure: number;
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly figure: number };
  /** Bounds the ratio to the peer where there is one, else the figure. */
  readonly reach?: Bound;
}

export function toRow({ work, figure, unit, peer, reach }: Measured): Row {
  const ratio = peer === undefined ? null : round(figure / peer.figure);
  const judged = ratio ?? figure;
  return {
    work,
    figure: round(figure),
    unit,
    peer: peer?.name ?? null,
    peerFigure: peer === undefined ? null : round(peer.figure),
    ratio,
    reach: reach === undefined ? null : describe(reach, peer === undefined ? unit : 'x'),
    ok: reach === undefined ? null : 'atLeast' in reach ? judged >= reach.atLeast : judged <= reach.atMost,
  };
}

const describe = (reach: Bound, unit: string): string =>
  'atLeast' in reach ? `>= ${reach.atLeast} ${unit}` : `<= ${reach.atMost} ${unit}`;

const round = (value: number): number => Number(value.toPrecision(4));

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

export function renderTable(rows: readonly Row[]): string {
  const header = ['work', 'figure', 'unit', 'peer', 'ratio', 'reach', 'ok'];
  const cells = rows.map((row) => [
    row.work,
    String(row.figure),
    row.unit,
    row.peer === null ? '-' : `${row.peer}: ${row.peerFigure}`,
    row.ratio === null ? '-' : String(row.ratio),
    row.reach ?? '-',
    row.ok === null ? '-' : row.ok ? 'yes' : 'NO',
  ]);
  const lines = [header, ...cells];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The value below which the given share of the samples lies. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
