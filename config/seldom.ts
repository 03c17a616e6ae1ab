// Reports a failure that repeats: when it begins, when it becomes another, and then once in a while. A server that is away
// is asked several times a second, and a log that says so each time hides everything else.

const REMIND_MS = 30_000;

/** `say` gets the failure in words and how often it has been kept quiet since the last time. */
export function seldom(
  say: (error: string, unsaid: number) => void,
  clock: () => number = () => performance.now(),
): (error: unknown) => void {
  let last: { text: string; at: number } | undefined;
  let unsaid = 0;
  return (error) => {
    const text = String(error);
    if (last?.text === text && clock() - last.at < REMIND_MS) {
      unsaid += 1;
      return;
    }
    say(text, unsaid);
    last = { text, at: clock() };
    unsaid = 0;
  };
}
