// Reads the fenced blocks of a Markdown page, each with the directive in front of it: <!-- run: … -->.

/**
 * @typedef {{ language: string, text: string, line: number, directive: Directive }} Block
 * @typedef {{ server?: string, links?: string, file?: string, exit?: number, script?: true, picture?: true }} Directive
 */

/** @returns {Block[]} */
export function readBlocks(markdown) {
  const lines = markdown.split('\n');
  const blocks = [];
  let comment = '';
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    const opening = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/.exec(line);
    if (opening === null) {
      const found = /^\s*<!-- run: (.*) -->\s*$/.exec(line);
      if (found !== null) comment = found[1];
      else if (line.trim() !== '') comment = '';
      continue;
    }
    const [, indent, fence, language] = opening;
    const text = [];
    const start = index + 1;
    while (++index < lines.length && lines[index].trim() !== fence) text.push(lines[index].slice(indent.length));
    if (index === lines.length) throw new Error(`line ${start}: the block is never closed`);
    blocks.push({ language, text: `${text.join('\n')}\n`, line: start, directive: readDirective(comment, start) });
    comment = '';
  }
  return blocks;
}

/** `server 4000`, `links 4000`, `file src/main.ts`, `exit 2`, `script`, `picture`; several with commas. */
function readDirective(comment, line) {
  const directive = {};
  for (const part of comment.split(',').map((text) => text.trim()).filter((text) => text !== '')) {
    const [name, value] = part.split(/\s+/);
    if (name === 'server' && /^\d+$/.test(value)) directive.server = value;
    else if (name === 'file' && value !== undefined && !value.includes('..')) directive.file = value;
    else if (name === 'exit' && /^\d+$/.test(value)) directive.exit = Number(value);
    else if (name === 'links' && /^\d+$/.test(value)) directive.links = value;
    else if ((name === 'picture' || name === 'script') && value === undefined) directive[name] = true;
    else throw new Error(`line ${line}: there is no directive "${part}"`);
  }
  return directive;
}
