// Lets only so many go on at a time; the others wait in order. A burst of reviews must not take every connection to Postgres
// from the engine.

export interface Turns {
  /** Who is told to stop before its turn has not begun, and never does. */
  take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function turns(most: number): Turns {
  const waiting = new Set<() => void>();
  let running = 0;
  const next = (): void => {
    for (const begin of waiting) {
      if (running >= most) return;
      waiting.delete(begin);
      begin();
    }
  };
  return {
    take: (work, signal) =>
      new Promise((resolve, reject) => {
        const begin = (): void => {
          signal.removeEventListener('abort', giveUp);
          running += 1;
          const done = (): void => {
            running -= 1;
            next();
          };
          // Whoever hears of the end finds the room that it made.
          work().finally(done).then(resolve, reject);
        };
        const giveUp = (): void => {
          if (waiting.delete(begin)) reject(signal.reason);
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(begin);
        next();
      }),
  };
}
