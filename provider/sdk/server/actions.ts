// Actions: what is done when core says so. Promise: every invocation ends with one completed event, whatever happened.

import { decodeKnownObject, diagnosticMessage } from '../protocol/convert.ts';
import { ProviderDefinition } from '../protocol/generated/tfplugin6.ts';
import { type Call, streaming } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import type { Configuration } from './configuration.ts';
import { diagnosed, diagnosticOf, named, reporting, told } from './reporting.ts';

export function actionCalls(provider: Provider, configuration: Configuration): Call[] {
  const { methods } = ProviderDefinition;
  return [
    reporting(methods.validateActionConfig, told, ({ actionType, config }) => {
      const action = named(provider.actions, actionType);
      return diagnosed(action.validate(decodeKnownObject(action.schema, config)));
    }),
    reporting(methods.planAction, told, async ({ actionType, config, clientCapabilities }) => {
      const deferral = configuration.deferral(clientCapabilities);
      if (deferral.deferred !== undefined) return deferral;
      const action = named(provider.actions, actionType);
      return diagnosed(await action.plan(decodeKnownObject(action.schema, config)));
    }),
    streaming(methods.invokeAction, async function* ({ actionType, config }) {
      const lines: string[] = [];
      const progress = () =>
        lines.splice(0).map((message) => ({ type: { $case: 'progress' as const, value: { message } } }));
      let wake = Promise.withResolvers<void>();
      const done = Promise.try(async () => {
        const action = named(provider.actions, actionType);
        return await action.invoke(decodeKnownObject(action.schema, config), (message) => {
          lines.push(message);
          wake.resolve();
        });
      }).catch((error: unknown) => [diagnosticOf(error, methods.invokeAction.name)]);
      let ended = false;
      const end = done.then(() => {
        ended = true;
      });
      while (!ended) {
        await Promise.race([wake.promise, end]);
        wake = Promise.withResolvers<void>();
        yield* progress();
      }
      yield {
        type: { $case: 'completed' as const, value: { diagnostics: (await done).map(diagnosticMessage) } },
      };
    }),
  ];
}
