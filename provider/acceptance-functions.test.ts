// Provider functions, called by the real terraform. They ask nobody: there is no controller here.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type InstalledProvider, installProvider } from './testing/installed-provider.ts';

let provider: InstalledProvider;

beforeAll(async () => {
  provider = await installProvider();
});

afterAll(() => provider.remove());

const environment = { LATTICE_ADDRESS: 'http://127.0.0.1:1', LATTICE_TOKEN: 'unused' };

test('functions answer in a configuration, whole numbers whole', async () => {
  await provider.inTerraform(environment, async (workspace) => {
    await workspace.configure(`
      locals {
        price = provider::lattice::call_price(
          1200, 300, provider::lattice::usd("3"), provider::lattice::usd("15"))
      }
      output "usd" { value = provider::lattice::usd("9007199254.740991") }
      output "price" { value = local.price }
      output "seconds" { value = provider::lattice::seconds("1h30m") }
      output "window" { value = provider::lattice::window_seconds("day") }
      output "address" { value = provider::lattice::next_address("10.20.0.0/24", ["10.20.0.1"]) }
    `);
    expect(await workspace.apply()).toMatchObject({ exitCode: 0 });
    const { output } = await workspace.run('output', '-json');
    expect(JSON.parse(output)).toMatchObject({
      usd: { value: 9_007_199_254_740_991 },
      price: { value: 8_100 },
      seconds: { value: 5_400 },
      window: { value: 90_000 },
      address: { value: '10.20.0.2' },
    });
  });
});

test('an argument that is wrong is shown where it stands', async () => {
  await provider.inTerraform(environment, async (workspace) => {
    await workspace.configure('output "usd" { value = provider::lattice::usd("50 USD") }');
    const { exitCode, diagnostics } = await workspace.plan();
    expect(exitCode).toBe(1);
    expect(diagnostics).toMatchObject([
      {
        summary: 'Invalid function argument',
        detail: expect.stringContaining('must be an amount in USD such as "50.00"'),
        code: expect.stringContaining('provider::lattice::usd("50 USD")'),
      },
    ]);
  });
});
