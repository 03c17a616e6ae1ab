// How a program ends that has met an error which nobody caught. Promise: its stack is told in one line of the log, and the exit
// code is 1. Never: the properties of the error, which Node would print as well: a driver's error may carry its connection, and
// so a password; nor the environment, where tokens are, in a diagnostic report.

export function guardCrashes(): void {
  if (process.report !== undefined) process.report.excludeEnv = true;
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}

function crash(error: unknown): never {
  process.stderr.write(`${crashLine(error, new Date())}\n`);
  process.exit(1);
}

/** In the form of the other lines of the log, so that what reads them finds it. */
export function crashLine(error: unknown, time: Date): string {
  const shown = error instanceof Error ? (error.stack ?? error.message) : 'something that is not an error';
  return JSON.stringify({
    level: 'fatal',
    time: time.toISOString(),
    program: 'lattice',
    error: shown,
    message: 'an error that nobody caught ended the program; please report it',
  });
}
