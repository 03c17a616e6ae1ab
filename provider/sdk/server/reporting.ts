// What all servers have in common. Promise: every failure is an answer with a diagnostic, since core shows a failed call as
// "Plugin error" and nothing else.

import { type Diagnostic, problem } from '../diagnostics.ts';
import { log } from '../log.ts';
import { REPORT } from '../plan/plan.ts';
import { type DiagnosticInit, diagnosticMessage } from '../protocol/convert.ts';
import { type Call, type Init, type UnaryMethod, unary } from '../protocol/rpc.ts';

class UnknownTypeError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(name: string) {
    super(`unknown type ${name}`);
    this.diagnostic = problem(
      'There is no such type',
      `This provider has no "${name}". Is the state from a newer version of it?`,
    );
  }
}

/** The entry of that name. Throws what becomes a diagnostic. */
export function named<T>(types: ReadonlyMap<string, T>, name: string): T {
  const type = types.get(name);
  if (type === undefined) throw new UnknownTypeError(name);
  return type;
}

export const diagnosed = (diagnostics: readonly Diagnostic[]) => ({
  diagnostics: diagnostics.map(diagnosticMessage),
});

/** An answer of nothing but diagnostics. */
export const told = (diagnostics: DiagnosticInit[]) => ({ diagnostics });

/** What a user is told of something that was thrown. */
export function diagnosticOf(error: unknown, call: string): Diagnostic {
  if (error instanceof UnknownTypeError) return error.diagnostic;
  const message = error instanceof Error ? error.message : String(error);
  log('error', 'call failed', { call, error: error instanceof Error ? error.stack : message });
  return problem(`The provider failed in ${call}`, `${message}. ${REPORT}`);
}

/** A call whose failure becomes a diagnostic. `tell` makes the answer of one, checked against the call's own type. */
export function reporting<I, O>(
  method: UnaryMethod<I, O>,
  tell: (diagnostics: DiagnosticInit[]) => NoInfer<Init<O>>,
  answer: (request: I) => Promise<NoInfer<Init<O>>> | NoInfer<Init<O>>,
): Call {
  return unary(method, async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      return tell([diagnosticMessage(diagnosticOf(error, method.name))]);
    }
  });
}
