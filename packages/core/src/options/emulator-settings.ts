import * as v from 'valibot';

/** How the embedded emulator of Ory begins and behaves: options of `startEmulator` of `@ory-proxy/emulator`, which checks what they hold. */
export interface EmulatorSettings {
  /** Port of its public API. @default a free one */
  readonly port?: number;
  /** Port of its admin API. @default none */
  readonly adminPort?: number;
  /** Identities to start with: `{ identities: [{ traits, password }] }`. @default an account to log in with, unless there is a `config` */
  readonly seed?: object;
  /** A self-hosted Kratos, or Ory Network. @default 'oss' */
  readonly profile?: 'oss' | 'network';
  /** Slug of the project of an Ory Network. */
  readonly slug?: string;
  /** Kratos' own configuration; of several, the later ones override key by key. */
  readonly config?: object | readonly object[];
}

const port = v.pipe(v.number('must be a port'), v.integer('must be a port'), v.minValue(0, 'must be a port'), v.maxValue(65_535, 'must be a port'));
const object = v.custom<object>((value) => typeof value === 'object' && value !== null, 'must be a map');

export const emulatorSettings: v.GenericSchema<unknown, EmulatorSettings> = v.strictObject({
  port: v.optional(port),
  adminPort: v.optional(port),
  seed: v.optional(object),
  profile: v.optional(v.picklist(['oss', 'network'], 'must be oss or network')),
  slug: v.optional(v.string('must be text')),
  config: v.optional(object),
}, 'must be true, false, or a map of settings') as v.GenericSchema<unknown, EmulatorSettings>; // valibot types absent members as `T | undefined`
