/** The identity schema of an emulator without configuration: an e-mail address and an optional name. */
const personSchema = {
  $id: 'https://ory-proxy.example/person.schema.json',
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Person',
  type: 'object',
  properties: {
    traits: {
      type: 'object',
      properties: {
        email: {
          type: 'string',
          format: 'email',
          title: 'E-Mail',
          minLength: 3,
          'ory.sh/kratos': {
            credentials: { password: { identifier: true }, totp: { account_name: true } },
            verification: { via: 'email' },
            recovery: { via: 'email' },
          },
        },
        name: { type: 'string', title: 'Name' },
      },
      required: ['email'],
      additionalProperties: false,
    },
  },
} as const;

/** The Kratos configuration of an emulator that was given none: everything that it can do is on. */
export const defaultConfiguration = {
  selfservice: {
    methods: {
      password: { enabled: true },
      profile: { enabled: true },
      code: { enabled: true },
      totp: { enabled: true, config: { issuer: 'ory-proxy emulator' } },
    },
    flows: {
      login: { style: 'unified' },
      registration: { enabled: true, style: 'unified', after: { password: { hooks: [{ hook: 'session' }] } } },
      recovery: { enabled: true },
      verification: { enabled: true },
    },
  },
  feature_flags: { cacheable_sessions: true, cacheable_sessions_max_age: '10m', use_continue_with_transitions: true },
} as const;

/** What holds for every configuration that leaves these keys out: Kratos itself insists on them. */
export const fallbackConfiguration = {
  identity: { default_schema_id: 'default', schemas: [{ id: 'default', url: personSchema }] },
} as const;

/** What Ory Network does otherwise than a self-hosted Kratos. */
export function toNetworkConfiguration(slug: string): object {
  return {
    session: { cookie: { name: `ory_session_${slug.replaceAll('-', '')}` } },
    selfservice: {
      default_browser_return_url: '/ui/welcome',
      flows: {
        error: { ui_url: '/ui/error' },
        login: { ui_url: '/ui/login' },
        registration: { ui_url: '/ui/registration' },
        settings: { ui_url: '/ui/settings' },
        recovery: { ui_url: '/ui/recovery' },
        verification: { ui_url: '/ui/verification' },
      },
    },
  };
}
