// Preloaded (`--import`) into a process whose wall clock shall be wrong by CLOCK_SHIFT_MS. The monotonic clock and timers stay
// right, as on a host whose clock was set wrongly.

const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + shiftMs] : args, newTarget),
  apply: () => new Date().toString(),
  get: (target, key, receiver) =>
    key === 'now' ? () => target.now() + shiftMs : Reflect.get(target, key, receiver),
});
