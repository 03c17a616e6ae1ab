// Functions. A function has no diagnostics: it answers, or says which argument is wrong.

import { normalize } from '../cty/text.ts';
import { ArgumentError } from '../function.ts';
import { log } from '../log.ts';
import { REPORT } from '../plan/plan.ts';
import { decodeArguments, encodeValue } from '../protocol/convert.ts';
import {
  type CallFunction_Response,
  type DynamicValue,
  ProviderDefinition,
} from '../protocol/generated/tfplugin6.ts';
import { type Call, type Init, unary } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';

export function functionCalls(provider: Provider): Call[] {
  return [
    unary(
      ProviderDefinition.methods.callFunction,
      async ({ name, arguments: given }) => await answerOf(provider, name, given),
    ),
  ];
}

async function answerOf(
  provider: Provider,
  name: string,
  given: readonly DynamicValue[],
): Promise<Init<CallFunction_Response>> {
  const called = provider.functions.get(name);
  if (called === undefined) return { error: { text: `This provider has no function "${name}".` } };
  try {
    return { result: encodeValue(called.returns, await called.call(decodeArguments(called, given))) };
  } catch (error) {
    if (error instanceof ArgumentError)
      return { error: { text: normalize(error.message), functionArgument: BigInt(error.argument) } };
    log('error', 'function failed', { name, error: error instanceof Error ? error.stack : String(error) });
    return { error: { text: normalize(`The provider failed in ${name}: ${String(error)}. ${REPORT}`) } };
  }
}
