import type { RunContext } from '../context.ts';

/**
 * Opens an address in the user's browser: the program of the BROWSER variable, else the one of the system.
 * @throws Error when there is none, with a message for people.
 */
export async function openBrowser(url: string, context: RunContext): Promise<void> {
  const candidates = browserCommands(url, context);
  if (candidates.length === 0) throw new Error('BROWSER says that none is to be opened');
  let reason: unknown;
  for (const { command, args } of candidates) {
    try {
      await context.startProgram(command, args);
      return;
    } catch (error) {
      reason = error;
    }
  }
  throw new Error(`${candidates.map(({ command }) => command).join(', ')} could not be started`, { cause: reason });
}

interface BrowserCommand {
  readonly command: string;
  readonly args: readonly string[];
}

function browserCommands(url: string, { env, platform }: RunContext): readonly BrowserCommand[] {
  const chosen = env['BROWSER'];
  if (chosen === 'none') return [];
  if (chosen !== undefined && chosen.trim() !== '') return chosen.split(platform === 'win32' ? ';' : ':').filter((command) => command.trim() !== '').map((command) => fromVariable(command, url));
  switch (platform) {
    case 'darwin': return [{ command: 'open', args: [url] }];
    case 'win32': return [{ command: 'rundll32', args: ['url.dll,FileProtocolHandler', url] }];
    default: return [{ command: 'xdg-open', args: [url] }];
  }
}

/** `firefox --new-tab %s`, or the address last. */
function fromVariable(text: string, url: string): BrowserCommand {
  const [command = text, ...words] = text.trim().split(/\s+/);
  const args = words.map((word) => word.replaceAll('%s', url));
  return { command, args: words.some((word) => word.includes('%s')) ? args : [...args, url] };
}
