export function readsOf(_module: unknown, _name: string) {
  return { reads: [{ path: ['*'] }], scope: 'plan' as const };
}
