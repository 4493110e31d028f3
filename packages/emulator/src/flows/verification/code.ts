import type { Identity, VerifiableAddress } from '../../identities/identity.ts';
import type { Kratos } from '../../kratos/kratos.ts';
import type { Flow } from '../flow.ts';
import { replaceSentCode } from '../sent-code.ts';

/** Sends a code that verifies an address, and marks the address accordingly. */
export function sendVerificationCode(kratos: Kratos, flow: Flow, identity: Identity, address: string): void {
  const { code } = replaceSentCode(kratos, flow, identity, address);
  const link = `${kratos.base}self-service/verification?code=${code}&flow=${flow.id}`;
  kratos.outbox.add({
    to: address,
    template: 'verification_code_valid',
    subject: `Use code ${code} to verify your account`,
    body: `Hi, please verify your account by entering the code ${code} or by opening ${link}`,
    code,
    flowId: flow.id,
  });
  updateAddress(kratos, identity, address, { status: 'sent' });
}

/** Marks an address as verified. */
export function markVerified(kratos: Kratos, identityId: string, address: string): void {
  const identity = kratos.store.identities.get(identityId);
  if (identity) updateAddress(kratos, identity, address, { status: 'completed', verifiedAt: kratos.now() });
}

function updateAddress(kratos: Kratos, identity: Identity, address: string, change: Partial<VerifiableAddress>): void {
  const current = kratos.store.identities.get(identity.id) ?? identity;
  const verifiableAddresses = current.verifiableAddresses.map((candidate) =>
    candidate.value === address ? { ...candidate, ...change } : candidate,
  );
  kratos.store.putIdentity({ ...current, verifiableAddresses });
}
