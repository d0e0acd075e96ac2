/**
 * The language server that editors start, as far as we ask it.
 *
 * @module
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './manifest.ts';

/** A place in a file; both counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly offset: number;
}

/** A language server. */
export interface LanguageServer {
  open(file: string): void;
  /** Where "go to definition" leads from a place. */
  definition(place: Place): Promise<readonly { readonly file: string; readonly start: Omit<Place, 'file'> }[]>;
  close(): void;
}

interface Answer {
  readonly type: string;
  readonly request_seq?: number;
  readonly body?: unknown;
}

/** Starts the server of TypeScript 6. */
export function startLanguageServer(): LanguageServer {
  const server = spawn(process.execPath, [join(root, 'node_modules/typescript/lib/tsserver.js'), '--disableAutomaticTypingAcquisition'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, (body: unknown) => void>();
  createInterface({ input: server.stdout }).on('line', (line) => {
    if (!line.startsWith('{')) return;
    const answer = JSON.parse(line) as Answer;
    if (answer.type === 'response' && answer.request_seq !== undefined) waiting.get(answer.request_seq)?.(answer.body);
  });
  let seq = 0;
  const send = (command: string, given: object): number => {
    server.stdin.write(`${JSON.stringify({ seq: ++seq, type: 'request', command, arguments: given })}\n`);
    return seq;
  };
  return {
    open: (file) => void send('open', { file }),
    definition: (place) =>
      new Promise((resolve) =>
        waiting.set(send('definition', place), (body) => resolve((body ?? []) as Awaited<ReturnType<LanguageServer['definition']>>)),
      ),
    close: () => void server.kill(),
  };
}
