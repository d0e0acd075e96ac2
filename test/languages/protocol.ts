/**
 * How the programs of `examples/other-languages` are called: alike in every language, so that one test drives them all.
 *
 * In the environment: `COUNTERSIGN_KEYID`, `COUNTERSIGN_SECRET` (a text: its UTF-8 bytes are the HMAC secret), and for
 * those that verify `COUNTERSIGN_NONCES`, a folder in which each nonce becomes a file once, and for servers
 * `COUNTERSIGN_AUTHORITY`, who they are.
 *
 * | program                                                | stdin             | stdout                                    |
 * |--------------------------------------------------------|-------------------|-------------------------------------------|
 * | `sign-request METHOD URL [CONTENT-TYPE]`               | content           | the answer's content; fails unless 2xx    |
 * | `sign-payload text TAG AUDIENCE [SUBJECT]`             | the text          | urlencoded: payload, and the two fields   |
 * | `sign-payload form TAG AUDIENCE [SUBJECT]`             | urlencoded fields | the same with the two fields              |
 * | `sign-payload json TAG AUDIENCE [SUBJECT]`             | a JSON object     | the same with the two members             |
 * | `verify-payload text\|form TAG AUDIENCE [SUBJECT]`     | urlencoded fields | the text, or the canonical fields         |
 * | `verify-payload-json TAG AUDIENCE [SUBJECT]`           | a JSON object     | the canonical JSON without the two        |
 * | `verify-payload json TAG AUDIENCE [SUBJECT]` (Go)      | a JSON object     | the same                                  |
 * | `sign-url METHOD URL EXPIRES-IN [once]`                | nothing           | the signed URL                            |
 * | `verify-license PRODUCT KEYID PUBLIC-KEY [MACHINE [SUBJECT]]` | the license       | the canonical JSON without the two        |
 *
 * `verify-request` serves HTTP: by itself (`verify-request PORT`, on 127.0.0.1), under PHP's own server, or as a CGI
 * program (Ruby, Perl: their Rack and PSGI environments have the same names). It answers 200 with the content that was
 * signed, or 401 with a problem document.
 *
 * PUBLIC-KEY is the base64url text of the 32 bytes. Exit status 0 means done or verified. A refusal is the language's own
 * error that nobody catches: its message on stderr has `refused: ` and the code.
 *
 * @module
 */

import { join, resolve } from 'node:path';

/** The top folder of the programs. */
export const programs: string = resolve(import.meta.dirname, '../../examples/other-languages');

/** A program, as all languages call it. */
export type ProgramName =
  | 'sign-request'
  | 'verify-request'
  | 'sign-payload'
  | 'verify-payload'
  | 'verify-payload-json'
  | 'sign-url'
  | 'verify-license';

/** How a language's `verify-request` becomes a server. */
export type Serving = 'itself' | 'php' | 'cgi';

/** A language, and how its programs are run. */
export interface Language {
  readonly name: string;
  readonly extension: string;
  /** What must be there: Debian's package, and a command that fails without it. */
  readonly needs: readonly { readonly debian: string; readonly probe: readonly [command: string, ...args: string[]] }[];
  readonly programs: readonly ProgramName[];
  /** The files that several programs need beside them. */
  readonly shared: readonly string[];
  /** How a guide starts a program, where that takes more than the program's own file. */
  shownAs?(program: ProgramName): string;
  /** What the language's programs sign, and verify if they do. */
  readonly formats: readonly PayloadKind[];
  readonly serving?: Serving | undefined;
  /** Sorts member names as UTF-8, which differs from UTF-16 beyond U+DFFF. */
  readonly sortsBytes?: boolean | undefined;
  /** Reads only such licenses whose names need no escapes in JSON. */
  readonly plainNames?: boolean | undefined;
  /** Compiles all programs at once into a folder. */
  build?(sources: string, output: string): readonly (readonly [command: string, ...args: string[]])[];
  command(program: ProgramName, output: string): readonly [command: string, ...args: string[]];
}

/** The formats of a payload. */
export type PayloadKind = 'text' | 'form' | 'json';

const all: readonly ProgramName[] = [
  'sign-request',
  'verify-request',
  'sign-payload',
  'verify-payload',
  'verify-payload-json',
  'sign-url',
  'verify-license',
];
const everyFormat: readonly PayloadKind[] = ['text', 'form', 'json'];

function interpreted(
  name: string,
  extension: string,
  ...interpreter: [string, ...string[]]
): Pick<Language, 'name' | 'extension' | 'command'> {
  return { name, extension, command: (program) => [...interpreter, join(programs, name, `${program}.${extension}`)] };
}

/** Go's `verify-payload` takes all formats, Java's library has no JSON. */
const withoutJson = all.filter((program) => program !== 'verify-payload-json');

/** The files of a Go program, as its guide names them. */
function goFiles(program: ProgramName): readonly string[] {
  const canonical = /payload|license/.test(program) ? ['canonical.go'] : [];
  const verifying = program.startsWith('verify') ? ['signature-input.go', 'verifier.go'] : [];
  const spelling = /^sign-(?:request|url)$/.test(program) ? ['spelling.go'] : [];
  return [`${program}.go`, 'countersign.go', ...verifying, ...spelling, ...canonical];
}

/** Every language there is a guide for. */
export const languages: readonly Language[] = [
  {
    // Debian's own Python, whatever else is in the PATH: its packages are what the table names.
    ...interpreted('python', 'py', '/usr/bin/python3'),
    shared: ['canonical.py', 'spelling.py', 'verifier.py'],
    needs: [
      { debian: 'python3-cryptography', probe: ['/usr/bin/python3', '-c', 'import cryptography.hazmat.primitives.asymmetric.ed25519'] },
    ],
    programs: all,
    formats: everyFormat,
    serving: 'itself',
  },
  {
    ...interpreted('php', 'php', 'php'),
    shared: ['canonical.php', 'spelling.php', 'verifier.php'],
    needs: [{ debian: 'php-cli', probe: ['php', '-r', 'sodium_crypto_sign_keypair();'] }],
    programs: all,
    formats: everyFormat,
    serving: 'php',
  },
  {
    name: 'go',
    extension: 'go',
    needs: [{ debian: 'golang-go', probe: ['go', 'version'] }],
    programs: withoutJson,
    shared: ['canonical.go', 'countersign.go', 'signature-input.go', 'spelling.go', 'verifier.go'],
    formats: everyFormat,
    serving: 'itself',
    sortsBytes: true,
    build: (sources, output) => [
      ['sh', '-c', 'test -z "$(gofmt -d "$1" | tee /dev/stderr)"', 'gofmt', sources],
      ...withoutJson.map(
        (program) => ['go', 'build', '-o', join(output, program), ...goFiles(program).map((file) => join(sources, file))] as const,
      ),
    ],
    command: (program, output) => [join(output, program)],
    shownAs: (program) => `go run ${goFiles(program).join(' ')} `,
  },
  {
    ...interpreted('ruby', 'rb', 'ruby'),
    shared: ['canonical.rb', 'spelling.rb', 'verifier.rb'],
    needs: [{ debian: 'ruby', probe: ['ruby', '-ropenssl', '-rjson', '-e', ''] }],
    programs: all,
    formats: everyFormat,
    serving: 'cgi',
  },
  {
    ...interpreted('perl', 'pl', 'perl'),
    shared: ['Canonical.pm', 'Spelling.pm', 'Verifier.pm'],
    needs: [
      { debian: 'perl', probe: ['perl', '-MDigest::SHA', '-MHTTP::Tiny', '-MJSON::PP', '-e', ''] },
      { debian: 'libcryptx-perl', probe: ['perl', '-MCrypt::PK::Ed25519', '-e', ''] },
    ],
    programs: all,
    formats: everyFormat,
    serving: 'cgi',
  },
  {
    name: 'java',
    extension: 'java',
    needs: [{ debian: 'default-jdk-headless', probe: ['javac', '-version'] }],
    programs: withoutJson,
    shared: ['Countersign.java', 'Form.java', 'Json.java', 'Refused.java', 'SignatureInput.java', 'Spelling.java', 'Verifier.java'],
    formats: ['text', 'form'],
    serving: 'itself',
    plainNames: true,
    build: (sources, output) => [['sh', '-c', 'javac -Xlint:all -Werror -d "$1" "$2"/*.java', 'javac', output, sources]],
    command: (program, output) => ['java', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', output, className(program)],
    shownAs: (program) => `java -cp classes ${className(program)} `,
  },
  {
    ...interpreted('curl', 'sh', 'bash'),
    shared: ['countersign.sh', 'spelling.sh'],
    needs: [
      { debian: 'curl', probe: ['curl', '--version'] },
      { debian: 'openssl', probe: ['openssl', 'version'] },
    ],
    programs: ['sign-request', 'sign-payload', 'sign-url'],
    formats: ['text'],
  },
];

/** `sign-request` is the class `SignRequest`. */
function className(program: string): string {
  return program.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
