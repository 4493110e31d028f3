import type { JsonObject } from '../http/json.ts';

/** Which assurance level whoami and the settings ask for. */
export type RequiredAal = 'aal1' | 'highest_available';

/** What happens after a flow, by method; the method's own value wins over the flow's. */
export interface AfterFlow {
  /** `default_browser_return_url` of the method or of the flow. */
  returnUrl(method: string): string | undefined;
  /** Whether a hook of this name is configured for the method or, where it has none, for the flow. */
  hasHook(method: string, hook: string): boolean;
}

/** What every self-service flow has; times in milliseconds. */
export interface FlowSettings {
  readonly uiUrl: string;
  readonly lifespan: number;
  readonly after: AfterFlow;
}

/** A template of `tokenize_as`. */
export interface TokenizerTemplate {
  readonly jwks: unknown;
  readonly ttl: number;
  readonly subjectSource: 'id' | 'external_id';
}

/** An identity schema as it is served. */
export interface IdentitySchemaSource {
  readonly id: string;
  readonly schema: JsonObject;
}

/** The resolved configuration of one emulator: Kratos' own keys, typed, with their defaults filled in. */
export interface Settings {
  /** The configured base URL, verbatim: the name of the csrf cookie is a hash of it. */
  readonly baseUrl: string;
  readonly adminBaseUrl: string;
  readonly cors: { readonly enabled: boolean; readonly origins: readonly string[]; readonly headers: readonly string[]; readonly exposed: readonly string[]; readonly methods: readonly string[] };
  readonly defaultReturnUrl: string;
  readonly allowedReturnUrls: readonly string[];
  readonly methods: {
    readonly password: { readonly enabled: boolean; readonly minLength: number; readonly similarityCheck: boolean; readonly maxBytes: number };
    readonly profile: { readonly enabled: boolean };
    readonly code: { readonly enabled: boolean; readonly lifespan: number; readonly maxSubmissions: number };
    readonly totp: { readonly enabled: boolean; readonly issuer: string };
  };
  readonly flows: {
    readonly error: { readonly uiUrl: string };
    readonly login: FlowSettings & { readonly style: 'unified' | 'identifier_first' };
    readonly registration: FlowSettings & { readonly style: 'unified' | 'profile_first'; readonly enabled: boolean };
    readonly settings: FlowSettings & { readonly privilegedMaxAge: number; readonly requiredAal: RequiredAal };
    readonly recovery: FlowSettings & { readonly enabled: boolean; readonly notifyUnknown: boolean };
    readonly verification: FlowSettings & { readonly enabled: boolean };
    readonly logout: { readonly returnUrl: string };
  };
  readonly identity: { readonly defaultSchemaId: string; readonly schemas: readonly IdentitySchemaSource[] };
  readonly session: {
    readonly lifespan: number;
    readonly earliestExtend: number;
    readonly whoamiRequiredAal: RequiredAal;
    readonly templates: Readonly<Record<string, TokenizerTemplate>>;
  };
  readonly sessionCookie: CookieSettings & { readonly name: string; readonly persistent: boolean };
  readonly cookies: CookieSettings;
  readonly mitigateEnumeration: boolean;
  readonly features: {
    readonly cacheableSessions: boolean;
    readonly cacheableMaxAge: number;
    readonly fasterExtend: boolean;
    readonly continueWithTransitions: boolean;
  };
}

/** Attributes of cookies. */
export interface CookieSettings {
  readonly path: string;
  readonly domain: string | undefined;
  readonly secure: boolean;
  readonly sameSite: 'Lax' | 'Strict' | 'None';
}
