// Loaded with --import: every `@nestjs/*`, also the ones that our packages ask for, is the one of e2e/nest11.
import { register } from 'node:module';

const parentURL = new URL('../nest11/package.json', import.meta.url).href;
register(`data:text/javascript,${encodeURIComponent(`
  export function resolve(specifier, context, nextResolve) {
    return nextResolve(specifier, specifier.startsWith('@nestjs/') ? { ...context, parentURL: ${JSON.stringify(parentURL)} } : context);
  }
`)}`);
