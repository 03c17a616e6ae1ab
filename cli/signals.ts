// Ends on the first SIGINT or SIGTERM in order, on the second at once.

export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const first = (signal: NodeJS.Signals): void => {
      resolve(signal);
      for (const name of ['SIGINT', 'SIGTERM'] as const) {
        process.removeListener(name, first);
        process.on(name, () => process.exit(130));
      }
    };
    process.on('SIGINT', first);
    process.on('SIGTERM', first);
  });
}
