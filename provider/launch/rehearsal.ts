// Terraform's and the controller's part in one plan, played to a program in this process, so that V8 has compiled what a plan
// needs. Promise: every call of a plan is made once, and the program is told to end. Never: anything but this machine.

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import type { Plan } from '../../crds/plan.ts';
import { createProvider } from '../provider.ts';
import { encodeMsgpack } from '../sdk/cty/msgpack.ts';
import { UNKNOWN, type ValueMap } from '../sdk/cty/value.ts';
import { type Certificate, createCertificate } from '../sdk/protocol/certificate.ts';
import { GRPCControllerDefinition } from '../sdk/protocol/generated/plugin.ts';
import { ProviderDefinition } from '../sdk/protocol/generated/tfplugin6.ts';
import { encodeMessage, type Init, pathOf, type UnaryMethod } from '../sdk/protocol/rpc.ts';
import { type Schema, typeOf } from '../sdk/schema/schema.ts';

export interface Rehearsal {
  /** What the program has to find in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resolves when the program has answered Shutdown. */
  play(): Promise<void>;
}

/** `folder` is for the program's socket. */
export async function prepareRehearsal(folder: string): Promise<Rehearsal> {
  const own = createCertificate();
  return {
    environment: {
      PLUGIN_CLIENT_CERT: own.certificatePem,
      PLUGIN_UNIX_SOCKET_DIR: folder,
      LATTICE_ADDRESS: await startController(),
      LATTICE_TOKEN: 'rehearsal',
    },
    play: async () => await playPlan(connect(folder, own)),
  };
}

type Say = <I, O>(method: UnaryMethod<I, O>, request: NoInfer<Init<I>>) => Promise<O>;

async function playPlan(say: Say): Promise<void> {
  const { methods } = ProviderDefinition;
  const provider = createProvider({});
  const typeName = 'lattice_budget';
  const schema = provider.resources.get(typeName)?.schema;
  if (schema === undefined) throw new TypeError(`there is no ${typeName} to plan`);
  const given = { org: 'acme', name: 'team', limit_micro_usd: 1n };
  const config = encoded(schema, given);
  const settings = encoded(provider.schema, {});
  const computed = schema.attributes.filter((attribute) => attribute.computed && !(attribute.name in given));
  const proposed = Object.fromEntries(computed.map(({ name }) => [name, UNKNOWN]));
  const answers = [
    await say(methods.getProviderSchema, {}),
    await say(methods.validateProviderConfig, { config: settings }),
    await say(methods.validateResourceConfig, { typeName, config }),
    await say(methods.configureProvider, { config: settings }),
    await say(methods.planResourceChange, {
      typeName,
      config,
      priorState: { msgpack: encodeMsgpack(null, typeOf(schema.attributes)) },
      proposedNewState: encoded(schema, { ...proposed, ...given }),
    }),
  ];
  const [fault] = answers.flatMap(({ diagnostics }) => diagnostics);
  if (fault !== undefined) throw new Error(`the rehearsal failed: ${fault.summary}: ${fault.detail}`);
  await say(GRPCControllerDefinition.methods.shutdown, {});
}

function encoded({ attributes }: Schema, values: ValueMap): { readonly msgpack: Uint8Array } {
  const nothing = Object.fromEntries(attributes.map(({ name }) => [name, null]));
  return { msgpack: encodeMsgpack({ ...nothing, ...values }, typeOf(attributes)) };
}

/** The program's line goes to stdout, so its certificate is not known here; it is this very process. */
function connect(folder: string, own: Certificate): Say {
  const [made = ''] = readdirSync(folder);
  const secure = credentials.createSsl(
    null,
    Buffer.from(own.privateKeyPem),
    Buffer.from(own.certificatePem),
    { rejectUnauthorized: false },
  );
  const client = new Client(`unix:${join(folder, made, 'socket')}`, secure, {
    'grpc.default_authority': 'localhost',
    'grpc.ssl_target_name_override': 'localhost',
  });
  return async <I, O>(method: UnaryMethod<I, O>, request: NoInfer<Init<I>>) =>
    await new Promise<O>((resolve, reject) => {
      client.makeUnaryRequest<Init<I>, O>(
        pathOf(method),
        (init) => encodeMessage(method.requestType, init),
        (bytes) => method.responseType.decode(bytes),
        request,
        (error, answer) => (answer === undefined ? reject(error) : resolve(answer)),
      );
    });
}

/** A controller that finds nothing wrong with any plan. */
async function startController(): Promise<string> {
  const plan: Plan = { changes: [] };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(plan));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('there is no port to listen on');
  return `http://127.0.0.1:${address.port}`;
}
