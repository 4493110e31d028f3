/** The account that `--emulator` and the demo offer to log in with. */
export const developmentAccount = { email: 'dev@example.org', password: 'correct-horse-battery' } as const;

/** Whose identity schema is the user's own may not have an account as ours. */
export function hasDevelopmentAccount({ seed, config }: { readonly seed?: unknown; readonly config?: unknown }): boolean {
  return seed === undefined && config === undefined;
}

/** Identities of an emulator that nobody has seeded. */
export function createDevelopmentSeed(): { identities: { id: string; traits: { email: string }; password: string; verified: boolean }[] } {
  const { email, password } = developmentAccount;
  return { identities: [{ id: '6f1d3a0c-1a51-4a35-9d4c-5a3d1b6fde01', traits: { email }, password, verified: true }] };
}
