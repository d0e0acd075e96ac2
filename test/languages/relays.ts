/**
 * Relays written in other languages: they parse a signed payload and write it anew, as their libraries do by default and
 * otherwise. What they relay means the same, so none of it may be refused.
 *
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostileObject } from '../support/hostile-json.ts';
import { createRandom } from '../support/random.ts';
import type { Address, Peer } from './peer.ts';
import { canonicalJson } from './reference.ts';
import { type Report, same } from './report.ts';
import { execute } from './toolchain.ts';

const MESSAGES = 200;

interface Relay {
  /** As in the table of languages. */
  readonly language: string;
  readonly how: string;
  /** A program that reads a message a line, and writes what it makes of each in Base64, also a line each. */
  readonly source: string;
  readonly extension: string;
  readonly command: readonly [command: string, ...args: string[]];
}

const python = (dump: string): Omit<Relay, 'how'> => ({
  language: 'python',
  source: `import base64, json, sys
for line in sys.stdin.buffer: print(base64.b64encode(${dump}.encode()).decode())`,
  extension: 'py',
  command: ['/usr/bin/python3'],
});

const php = (flags: string): Omit<Relay, 'how'> => ({
  language: 'php',
  source: `<?php while (($line = fgets(STDIN)) !== false)
  echo base64_encode(json_encode(json_decode($line, false, 512, JSON_THROW_ON_ERROR), JSON_THROW_ON_ERROR | ${flags})), "\n";`,
  extension: 'php',
  command: ['php'],
});

const ruby = (generate: string): Omit<Relay, 'how'> => ({
  language: 'ruby',
  source: `require 'json'
STDIN.each_line { |line| puts [${generate}(JSON.parse(line))].pack('m0') }`,
  extension: 'rb',
  command: ['ruby'],
});

const relays: readonly Relay[] = [
  { ...python('json.dumps(json.loads(line))'), how: 'json.dumps' },
  { ...python('json.dumps(json.loads(line), indent=4, sort_keys=True, ensure_ascii=False)'), how: 'sorted and indented' },
  { ...php('0'), how: 'json_encode' },
  { ...php('JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION'), how: 'pretty-printed' },
  { ...ruby('JSON.generate'), how: 'JSON.generate' },
  { ...ruby('JSON.pretty_generate'), how: 'pretty-printed' },
  {
    language: 'go',
    how: 'encoding/json',
    source: `package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var value any
		if err := json.Unmarshal(lines.Bytes(), &value); err != nil {
			panic(err)
		}
		text, _ := json.Marshal(value)
		fmt.Println(base64.StdEncoding.EncodeToString(text))
	}
}`,
    extension: 'go',
    command: ['go', 'run'],
  },
];

/** PHP has no properties whose name begins with NUL. */
function withoutNul(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  if (Array.isArray(given)) return given.map(withoutNul);
  return Object.fromEntries(Object.entries(given).map(([name, member]) => [name.replace(/^\0+/, ''), withoutNul(member)]));
}

async function relayAll({ source, extension, command }: Relay, messages: readonly string[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-relay-'));
  try {
    const file = join(folder, `relay.${extension}`);
    writeFileSync(file, source);
    const { status, stdout, stderr } = await execute([...command, file], {}, `${messages.join('\n')}\n`);
    if (status !== 0) throw new Error(`the relay ended with ${status}: ${stderr}`);
    const lines = stdout.toString().trim().split('\n');
    return lines.map((line) => Buffer.from(line, 'base64').toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Honest payloads of a peer through the relays of the languages that are there. */
export async function checkRealRelays(report: Report, present: ReadonlySet<string>, peer: Peer): Promise<void> {
  const random = createRandom('relays in other languages');
  const payloads = Array.from({ length: MESSAGES }, () => withoutNul(hostileObject(random, 3)) as object);
  for (const relay of relays.filter(({ language }) => present.has(language))) {
    await report.check(`${MESSAGES} payloads through ${relay.language}, ${relay.how}: none refused`, async () => {
      const address: Address = { kind: 'json', tag: 'credit-coins', audience: 'bank.example' };
      const signed = await Promise.all(payloads.map((payload) => peer.signPayload(payload, address)));
      const relayed = await relayAll(relay, signed as readonly string[]);
      same(String(relayed.length), String(MESSAGES));
      for (const [index, message] of relayed.entries()) {
        try {
          same(await peer.verifyPayload(message, address), canonicalJson(payloads[index]!));
        } catch (error) {
          throw new Error(`${error}: ${message}`);
        }
      }
    });
  }
}
