// The command was called wrongly, or cannot do what it was asked; the message says what to do.

import { databaseUrlProblem } from '../config/database-url.ts';

export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

export function requireDatabaseUrl(url: string): void {
  const problem = databaseUrlProblem(url);
  if (problem !== undefined) throw new UsageError(`the address of the database ${problem}`);
}
