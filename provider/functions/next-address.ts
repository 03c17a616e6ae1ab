// next_address("10.20.0.0/24", ["10.20.0.1"]) = "10.20.0.2": the first address of a network that is free.

import { listOf } from '../sdk/cty/type.ts';
import { isList } from '../sdk/cty/value.ts';
import { ArgumentError, type ProviderFunction, textArgument } from '../sdk/function.ts';

export const nextAddress: ProviderFunction = {
  name: 'next_address',
  summary: 'First free address of a network',
  description:
    'The first host address of a network that is not among those taken: `next_address("10.20.0.0/24", ["10.20.0.1"])` is `"10.20.0.2"`. The address of the network itself, and in IPv4 that of the broadcast, is never given.',
  parameters: [
    { name: 'network', type: 'string', description: 'A range such as `10.20.0.0/24` or `fd00::/64`.' },
    { name: 'taken', type: listOf('string'), description: 'Addresses that are in use.' },
  ],
  returns: 'string',
  call: async (args) => {
    const { formatAddress, parseRange, rangeProblem, sizeOf } = await import('../../crds/cidr.ts');
    const network = textArgument(args, 0);
    const range = parseRange(network);
    const problem = rangeProblem(network);
    if (range === undefined || problem !== undefined)
      throw new ArgumentError(0, problem ?? 'must be a range');
    const taken = new Set<string>();
    const list = args[1];
    for (const address of isList(list) ? list : []) {
      const host =
        typeof address === 'string' ? parseRange(`${address}/${range.family === 4 ? 32 : 128}`) : undefined;
      if (host?.family !== range.family)
        throw new ArgumentError(1, `"${String(address)}" is not an address of the network's family`);
      taken.add(formatAddress(range.family, host.first));
    }
    // Networks of one or two addresses have neither a name of their own nor a broadcast.
    const small = sizeOf(range) <= 2n;
    const first = range.first + (small ? 0n : 1n);
    const end = range.first + sizeOf(range) - (small || range.family === 6 ? 0n : 1n);
    for (let number = first; number < end; number += 1n) {
      const address = formatAddress(range.family, number);
      if (!taken.has(address)) return address;
    }
    throw new ArgumentError(1, `leaves no address of ${network} free`);
  },
};
