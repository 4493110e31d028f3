// A session of the size that Kratos v26.2.0 answers for a plain identity.
const at = '2026-09-01T10:00:00.123456Z';
const address = (id) => ({ id, value: 'dev@example.org', via: 'email', created_at: at, updated_at: at });
export const session = {
  id: 'a4c6b1de-6a45-4a2f-8b77-0a3b0b0a7e55', active: true, expires_at: '2099-09-02T10:00:00.123456Z', authenticated_at: at,
  authenticator_assurance_level: 'aal1', authentication_methods: [{ method: 'password', aal: 'aal1', completed_at: at }], issued_at: at,
  identity: {
    id: '7f3f5cf6-5b9b-4a3c-9a11-9e3b4f1c2d10', schema_id: 'default', schema_url: 'http://127.0.0.1:4433/schemas/ZGVmYXVsdA', state: 'active', state_changed_at: at,
    traits: { email: 'dev@example.org' },
    verifiable_addresses: [{ ...address('2b0b4f0e-0f0d-4f4e-8c53-67a9a4d1c001'), verified: false, status: 'pending' }],
    recovery_addresses: [address('2b0b4f0e-0f0d-4f4e-8c53-67a9a4d1c002')],
    metadata_public: null, created_at: at, updated_at: at, organization_id: null,
  },
  devices: [{ id: 'd1b5b7a8-5a4f-4b6e-9f5e-8d6a0c7c1e01', ip_address: '127.0.0.1:51234', user_agent: 'Mozilla/5.0 (X11; Linux x86_64)', location: '' }],
};
