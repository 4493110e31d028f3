import type { JsonObject } from '../../http/json.ts';
import type { ActiveSession } from '../../sessions/active.ts';

/** Everything that a settings method works with. */
export interface SettingsSubmit {
  readonly active: ActiveSession;
  readonly fields: JsonObject;
}
