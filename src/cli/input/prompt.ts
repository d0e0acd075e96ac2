/**
 * Asking a person for a secret: what he types is not shown.
 *
 * @module
 */

import { type CommandContext, Failure } from '../command.ts';

const ENTER = /[\r\n]/;
/** Ctrl-C and Ctrl-D: a terminal in raw mode sends them as characters. */
const END = '\x03\x04';
/** Backspace, as terminals send it. */
const BACK = '\b\x7f';

/** Whether there is somebody to ask. */
export function canAsk({ stdin, stderr }: CommandContext): boolean {
  return stdin.isTTY === true && stderr.isTTY === true && stdin.setRawMode !== undefined;
}

/** Asks, and answers what was typed up to Enter. @throws {Failure} If it was broken off. */
export async function askSecret({ stdin, stderr }: CommandContext, question: string): Promise<string> {
  // Raw first: what is typed between the question and that would be shown.
  stdin.setRawMode?.(true);
  stderr.write(`${question}: `);
  let typed = '';
  try {
    for await (const chunk of stdin)
      for (const character of typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)) {
        if (ENTER.test(character)) return typed;
        if (END.includes(character)) throw new Failure('interrupted');
        typed = BACK.includes(character) ? [...typed].slice(0, -1).join('') : typed + character;
      }
    throw new Failure('nothing was typed');
  } finally {
    stdin.setRawMode?.(false);
    stderr.write('\n');
  }
}
