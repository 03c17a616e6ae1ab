// Structured logs: one JSON object a line on stderr, so that stdout stays free for what a command answers.

import { pino } from 'pino';
import type { Config } from './definition.ts';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Record<string, unknown>): Log;
}

export function createLog(program: string, level: Config['logLevel'], fd = 2): Log {
  return pino(
    {
      level,
      base: { program },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd, sync: true }),
  );
}
