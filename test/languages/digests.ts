/**
 * The digest checks of `examples/gateways/check-digest`, each in its language: a body counts if it is the one that was signed, and no other does.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Report, same } from './report.ts';
import { type Command, execute } from './toolchain.ts';

const checks = resolve(import.meta.dirname, '../../examples/gateways/check-digest');

/** How a language's check is run: the digest as the argument, the body on stdin, exit status 0 if it counts, and 1 if not. */
interface DigestCheck {
  readonly file: string;
  /** What runs it, beside it in a folder of its own. */
  readonly driver?: readonly [file: string, text: string];
  readonly build?: (folder: string) => Command;
  readonly command: (folder: string) => Command;
}

const GO = `package main

import (
	"io"
	"os"
)

func main() {
	body, _ := io.ReadAll(os.Stdin)
	if !contentMatches(os.Args[1], body) {
		os.Exit(1)
	}
}
`;

const JAVA = `public final class Main {
    public static void main(String[] args) throws Exception {
        System.exit(CheckDigest.contentMatches(args[0], System.in.readAllBytes()) ? 0 : 1);
    }
}
`;

const PYTHON = 'import sys; from check_digest import content_matches as m; sys.exit(0 if m(sys.argv[1], sys.stdin.buffer.read()) else 1)';
const PHP = "require 'check_digest.php'; exit(content_matches($argv[1], stream_get_contents(STDIN)) ? 0 : 1);";
const RUBY = 'exit(content_matches?(ARGV[0], $stdin.binmode.read) ? 0 : 1)';
const PERL = 'binmode STDIN; local $/; my $body = <STDIN> // ""; exit(CheckDigest::content_matches($ARGV[0], $body) ? 0 : 1)';
const JAVASCRIPT = `import { contentMatches } from './check-digest.mjs';
const pieces = await Array.fromAsync(process.stdin);
process.exitCode = contentMatches(process.argv[2], Buffer.concat(pieces)) ? 0 : 1;
`;

/** In a folder: `sh` goes there first. */
const inside = (folder: string, ...command: readonly string[]): Command => ['sh', '-c', 'cd "$0" && exec "$@"', folder, ...command];

const DIGEST_CHECKS: Readonly<Record<string, DigestCheck>> = {
  python: { file: 'check_digest.py', command: (folder) => inside(folder, '/usr/bin/python3', '-c', PYTHON) },
  php: { file: 'check_digest.php', command: (folder) => inside(folder, 'php', '-r', PHP, '--') },
  go: {
    file: 'check_digest.go',
    driver: ['main.go', GO],
    build: (folder) => inside(folder, 'go', 'build', '-o', 'check', 'main.go', 'check_digest.go'),
    command: (folder) => [join(folder, 'check')],
  },
  ruby: { file: 'check_digest.rb', command: (folder) => inside(folder, 'ruby', '-r./check_digest', '-e', RUBY) },
  perl: { file: 'CheckDigest.pm', command: (folder) => inside(folder, 'perl', '-I.', '-MCheckDigest', '-e', PERL) },
  java: {
    file: 'CheckDigest.java',
    driver: ['Main.java', JAVA],
    build: (folder) => inside(folder, 'javac', 'Main.java', 'CheckDigest.java'),
    command: (folder) => ['java', '-cp', folder, 'Main'],
  },
  javascript: {
    file: 'check-digest.mjs',
    driver: ['main.mjs', JAVASCRIPT],
    command: (folder) => [process.execPath, join(folder, 'main.mjs')],
  },
};

/** The languages that have a check. */
export const digestLanguages: readonly string[] = Object.keys(DIGEST_CHECKS);

const BODY = Buffer.concat([Buffer.from('{"amount":10}\r\n\u00e9\n'), Buffer.from([0, 0xff, 0x1a, 0x80])]);

const digestOf = (name: 'sha256' | 'sha512', body: Buffer): string =>
  `${name.replace('sha', 'sha-')}=:${createHash(name).update(body).digest('base64')}:`;

/** What is tried: the digest that the gateway told, the body that came, and whether that counts. */
const CASES: readonly (readonly [what: string, digest: string, body: Buffer, counts: boolean])[] = [
  ['the body that was signed', digestOf('sha256', BODY), BODY, true],
  ['the same by SHA-512', digestOf('sha512', BODY), BODY, true],
  ['no body, and none was signed', digestOf('sha256', Buffer.alloc(0)), Buffer.alloc(0), true],
  ['a body where none was signed', digestOf('sha256', Buffer.alloc(0)), BODY, false],
  ['another body', digestOf('sha256', BODY), Buffer.concat([BODY, Buffer.from('\n')]), false],
  ['no body where one was signed', digestOf('sha256', BODY), Buffer.alloc(0), false],
  ['no digest', '', BODY, false],
  ['a digest of another name', digestOf('sha256', BODY).replace('sha-256', 'md5'), BODY, false],
  ['a digest that is none', 'sha-256=::', BODY, false],
];

/** Runs a language's check. */
export async function checkDigests(report: Report, language: string): Promise<void> {
  const { file, driver, build, command } = DIGEST_CHECKS[language]!;
  const folder = mkdtempSync(join(tmpdir(), `countersign-digest-${language}-`));
  try {
    copyFileSync(join(checks, file), join(folder, file));
    if (driver !== undefined) writeFileSync(join(folder, driver[0]), driver[1]);
    const built = build === undefined ? undefined : await execute(build(folder), {});
    if (built !== undefined && built.status !== 0) throw new Error(built.stderr);
    for (const [what, digest, body, counts] of CASES) {
      await report.check(`${language}: ${what}`, async () => {
        const { status, stderr } = await execute([...command(folder), digest], {}, body);
        same(`${status} ${stderr}`, `${counts ? 0 : 1} `);
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
