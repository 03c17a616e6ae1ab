// The name under which Terraform knows this provider. State files and lock files carry it, so it never changes.

export const PROVIDER_ADDRESS = 'lattice.dev/lattice/lattice';
