// List resources: what exists, one event an object. Promise: no more than core asked for; a failure is an event too.

import { decodeKnownObject, diagnosticMessage, encodeObject, identityMessage } from '../protocol/convert.ts';
import { ProviderDefinition } from '../protocol/generated/tfplugin6.ts';
import { type Call, streaming } from '../protocol/rpc.ts';
import type { Provider } from '../provider.ts';
import { diagnosed, diagnosticOf, named, reporting, told } from './reporting.ts';

export function listCalls(provider: Provider): Call[] {
  const { methods } = ProviderDefinition;
  return [
    reporting(methods.validateListResourceConfig, told, ({ typeName, config }) => {
      const type = named(provider.listResources, typeName);
      return diagnosed(type.validate(decodeKnownObject(type.schema, config)));
    }),
    streaming(methods.listResource, async function* ({ typeName, config, limit, includeResourceObject }) {
      try {
        const type = named(provider.listResources, typeName);
        const resource = named(provider.resources, typeName);
        const most = limit > 0n ? Number(limit) : Number.POSITIVE_INFINITY;
        let count = 0;
        for await (const listed of type.list(decodeKnownObject(type.schema, config), most)) {
          if ('diagnostics' in listed) {
            yield { diagnostic: listed.diagnostics.map(diagnosticMessage) };
            continue;
          }
          yield {
            displayName: listed.displayName,
            ...identityMessage('identity', resource.identity, listed.state),
            ...(includeResourceObject && { resourceObject: encodeObject(resource.schema, listed.state) }),
          };
          count += 1;
          if (count >= most) return;
        }
      } catch (error) {
        yield { diagnostic: [diagnosticMessage(diagnosticOf(error, methods.listResource.name))] };
      }
    }),
  ];
}
