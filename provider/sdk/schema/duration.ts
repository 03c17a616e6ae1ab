// Durations as Terraform users write them: `90s`, `1h30m`.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const PART = /([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)/g;

/** The whole of a duration. */
export const DURATION = new RegExp(`^(${PART.source})+$`);

/** NaN for what is no duration. */
export function durationMs(text: string): number {
  if (!DURATION.test(text)) return Number.NaN;
  return [...text.matchAll(PART)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
}

/** A time as a person says it, e.g. `90s` or `5m`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
