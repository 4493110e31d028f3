import { ConfigReader } from './reader.ts';
import { parseIdentitySchemas } from './schema-sources.ts';
import type { AfterFlow, CookieSettings, FlowSettings, Settings, TokenizerTemplate } from './settings.ts';
import { isUnknownObject, type UnknownObject } from './merge.ts';
import { parseDuration } from './duration.ts';

/** Where the emulator is reached. */
export interface BaseUrls {
  readonly baseUrl: string;
  readonly adminBaseUrl: string;
}

/** Settings, and the keys of the configuration that the emulator does not know. */
export interface ResolvedSettings {
  readonly settings: Settings;
  readonly unknownKeys: readonly string[];
}

/**
 * Turns a Kratos configuration into settings.
 * @throws TypeError that lists every key with a wrong value.
 */
export function resolveSettings(configuration: UnknownObject, urls: BaseUrls): ResolvedSettings {
  const config = new ConfigReader(configuration);
  config.accept(withoutEffect);
  const home = urls.baseUrl.replace(/\/$/, '');
  const defaultReturnUrl = config.string('selfservice.default_browser_return_url') ?? `${home}/ui/welcome`;
  const cookies = readCookies(config, 'cookies', { path: '/', domain: undefined, secure: false, sameSite: 'Lax' });
  const flow = (name: string): FlowSettings => ({
    uiUrl: config.string(`selfservice.flows.${name}.ui_url`) ?? `${home}/ui/${name}`,
    lifespan: config.duration(`selfservice.flows.${name}.lifespan`) ?? hour,
    after: readAfter(config, `selfservice.flows.${name}.after`),
  });
  for (const name of ['recovery', 'verification']) {
    const use = config.string(`selfservice.flows.${name}.use`);
    if (use !== undefined && use !== 'code') config.unknownValues.push(`selfservice.flows.${name}.use (${use})`);
  }
  const lifespan = config.duration('session.lifespan') ?? 24 * hour;
  const settings: Settings = {
    ...urls,
    cors: {
      enabled: config.boolean('serve.public.cors.enabled') ?? false,
      origins: config.strings('serve.public.cors.allowed_origins') ?? ['*'],
      methods: config.strings('serve.public.cors.allowed_methods') ?? ['POST', 'GET', 'PUT', 'PATCH', 'DELETE'],
      headers: config.strings('serve.public.cors.allowed_headers') ?? ['Authorization', 'Content-Type', 'Max-Age', 'X-Session-Token', 'X-XSRF-TOKEN', 'X-CSRF-TOKEN'],
      exposed: config.strings('serve.public.cors.exposed_headers') ?? ['Content-Type'],
    },
    defaultReturnUrl,
    allowedReturnUrls: config.strings('selfservice.allowed_return_urls') ?? [],
    methods: {
      password: {
        enabled: config.boolean('selfservice.methods.password.enabled') ?? true,
        minLength: config.integer('selfservice.methods.password.config.min_password_length') ?? 8,
        similarityCheck: config.boolean('selfservice.methods.password.config.identifier_similarity_check_enabled') ?? true,
        // bcrypt, which Kratos uses unless told otherwise, looks at 72 bytes.
        maxBytes: config.oneOf('hashers.algorithm', ['bcrypt', 'argon2']) === 'argon2' ? Number.POSITIVE_INFINITY : 72,
      },
      profile: { enabled: config.boolean('selfservice.methods.profile.enabled') ?? true },
      code: {
        enabled: config.boolean('selfservice.methods.code.enabled') ?? true,
        lifespan: config.duration('selfservice.methods.code.config.lifespan') ?? hour,
        maxSubmissions: config.integer('selfservice.methods.code.config.max_submissions') ?? 5,
      },
      totp: {
        enabled: config.boolean('selfservice.methods.totp.enabled') ?? false,
        issuer: config.string('selfservice.methods.totp.config.issuer') ?? new URL(urls.baseUrl).host,
      },
    },
    flows: {
      error: { uiUrl: config.string('selfservice.flows.error.ui_url') ?? `${home}/ui/error` },
      login: { ...flow('login'), style: config.oneOf('selfservice.flows.login.style', ['unified', 'identifier_first']) ?? 'unified' },
      registration: { ...flow('registration'), style: readRegistrationStyle(config), enabled: config.boolean('selfservice.flows.registration.enabled') ?? true },
      settings: {
        ...flow('settings'),
        privilegedMaxAge: config.duration('selfservice.flows.settings.privileged_session_max_age') ?? hour,
        requiredAal: config.oneOf('selfservice.flows.settings.required_aal', ['aal1', 'highest_available']) ?? 'highest_available',
      },
      recovery: {
        ...flow('recovery'),
        enabled: config.boolean('selfservice.flows.recovery.enabled') ?? false,
        notifyUnknown: config.boolean('selfservice.flows.recovery.notify_unknown_recipients') ?? false,
      },
      verification: { ...flow('verification'), enabled: config.boolean('selfservice.flows.verification.enabled') ?? false },
      logout: { returnUrl: config.string('selfservice.flows.logout.after.default_browser_return_url') ?? defaultReturnUrl },
    },
    identity: {
      defaultSchemaId: config.string('identity.default_schema_id') ?? 'default',
      schemas: parseIdentitySchemas(config),
    },
    session: {
      lifespan,
      earliestExtend: config.duration('session.earliest_possible_extend') ?? lifespan,
      whoamiRequiredAal: config.oneOf('session.whoami.required_aal', ['aal1', 'highest_available']) ?? 'highest_available',
      templates: readTemplates(config),
    },
    sessionCookie: {
      ...readCookies(config, 'session.cookie', cookies),
      name: config.string('session.cookie.name') ?? 'ory_kratos_session',
      persistent: config.boolean('session.cookie.persistent') ?? true,
    },
    cookies,
    mitigateEnumeration: config.boolean('security.account_enumeration.mitigate') ?? false,
    features: {
      cacheableSessions: config.boolean('feature_flags.cacheable_sessions') ?? false,
      cacheableMaxAge: config.duration('feature_flags.cacheable_sessions_max_age') ?? Number.POSITIVE_INFINITY,
      fasterExtend: config.boolean('feature_flags.faster_session_extend') ?? false,
      continueWithTransitions: config.boolean('feature_flags.use_continue_with_transitions') ?? false,
    },
  };
  if (config.problems.length > 0) throw new TypeError(`The Kratos configuration is not usable: ${config.problems.join('; ')}.`);
  return { settings, unknownKeys: config.unknownPaths() };
}

const hour = 3_600_000;

/** Keys that a real configuration has and that mean nothing in memory, on loopback, without mail. */
const withoutEffect: readonly string[] = [
  'version',
  'dsn',
  'dev',
  'serve.public.base_url',
  'serve.public.host',
  'serve.public.port',
  'serve.public.request_log',
  'serve.admin',
  'selfservice.methods.link',
  'selfservice.methods.password.config.haveibeenpwned_enabled',
  'selfservice.methods.password.config.haveibeenpwned_host',
  'selfservice.methods.password.config.max_breaches',
  'selfservice.methods.password.config.ignore_network_errors',
  'hashers',
  'secrets',
  'ciphers',
  'courier',
  'log',
  'tracing',
];

const knownHooks: ReadonlySet<unknown> = new Set(['session', 'show_verification_ui', 'revoke_active_sessions']);

function readCookies(config: ConfigReader, path: string, inherited: CookieSettings): CookieSettings {
  return {
    path: config.string(`${path}.path`) ?? inherited.path,
    domain: config.string(`${path}.domain`) ?? inherited.domain,
    secure: config.boolean(`${path}.secure`) ?? inherited.secure,
    sameSite: config.oneOf(`${path}.same_site`, ['Lax', 'Strict', 'None']) ?? inherited.sameSite,
  };
}

function readRegistrationStyle(config: ConfigReader): 'unified' | 'profile_first' {
  const legacy = config.boolean('selfservice.flows.registration.enable_legacy_one_step') ?? false;
  return config.oneOf('selfservice.flows.registration.style', ['unified', 'profile_first']) ?? (legacy ? 'unified' : 'profile_first');
}

function readAfter(config: ConfigReader, path: string): AfterFlow {
  const after = config.object(path);
  const ofMethod = (method: string): UnknownObject => (isUnknownObject(after[method]) ? after[method] : {});
  const hooksOf = (holder: UnknownObject): readonly unknown[] | undefined => (Array.isArray(holder['hooks']) ? holder['hooks'] : undefined);
  for (const [owner, hooks] of [['', hooksOf(after)] as const, ...Object.keys(after).map((method) => [`.${method}`, hooksOf(ofMethod(method))] as const)]) {
    const unknown = hooks?.filter((entry) => !isUnknownObject(entry) || !knownHooks.has(entry['hook'])) ?? [];
    if (unknown.length > 0) config.unknownValues.push(`${path}${owner}.hooks (${unknown.map((entry) => (isUnknownObject(entry) ? String(entry['hook']) : 'no hook')).join(', ')})`);
  }
  return {
    returnUrl: (method) => [ofMethod(method), after].map((holder) => holder['default_browser_return_url']).find((url) => typeof url === 'string'),
    hasHook: (method, hook) => (hooksOf(ofMethod(method)) ?? hooksOf(after) ?? []).some((entry) => isUnknownObject(entry) && entry['hook'] === hook),
  };
}

function readTemplates(config: ConfigReader): Readonly<Record<string, TokenizerTemplate>> {
  const path = 'session.whoami.tokenizer.templates';
  const templates: Record<string, TokenizerTemplate> = {};
  for (const [name, value] of Object.entries(config.object(path))) {
    const template = isUnknownObject(value) ? value : {};
    if (typeof template['claims_mapper_url'] === 'string') config.problems.push(`"${path}.${name}.claims_mapper_url" is not supported: the emulator runs no Jsonnet`);
    const { ttl: given = '1m' } = template;
    const ttl = typeof given === 'string' ? parseDuration(given) : undefined;
    if (ttl === undefined) config.problems.push(`"${path}.${name}.ttl" must be a duration such as "1m"`);
    if (template['jwks_url'] === undefined) config.problems.push(`"${path}.${name}.jwks_url" is missing`);
    templates[name] = { jwks: template['jwks_url'], ttl: ttl ?? 0, subjectSource: template['subject_source'] === 'external_id' ? 'external_id' : 'id' };
  }
  return templates;
}
