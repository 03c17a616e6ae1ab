// The log that this folder writes to. It is handed in: a worker lives in programs that log in their own way. Must never
// write to the console.

import type { Logger, LogLevel } from '@temporalio/common';

export interface Log {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** Temporal's own logger interface on top of ours; what is below a warning is its own business and dropped. */
export function asTemporalLogger(log: Log): Logger {
  const write = (level: LogLevel, message: string, meta: LogFields = {}) => {
    if (level === 'WARN') log.warn(meta, message);
    if (level === 'ERROR') log.error(meta, message);
  };
  return {
    log: write,
    trace: () => {},
    debug: () => {},
    info: () => {},
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
