/**
 * `countersign keys migrate`: brings the tables.
 *
 * @module
 */

import { migrate as migrateTables } from '../../sql/migrate.ts';
import { readArguments, requirePositionals } from '../arguments.ts';
import { type Command, type CommandContext, EXIT, type ExitCode, Failure } from '../command.ts';
import { openDatabase } from '../database/open.ts';
import { ofArguments } from '../input/blame.ts';
import { jsonLine } from '../output/text.ts';
import { oneLine } from '../report.ts';

const OPTIONS = { database: { type: 'string' }, 'table-prefix': { type: 'string' } } as const;

const HELP = `
Usage: countersign keys migrate [options]

Brings the tables to the version of this program. A SQLite file that is not there is made, for you
alone to read.

  --database <file>           a SQLite file; default: what DATABASE_URL says (postgres://… or a
                              file)
  --table-prefix <text>       what the tables begin with; default countersign_
  --json                      JSON on stdout
  --debug                     shows where an error comes from
  --help                      this page

Exit codes: 0 the tables are there; 2 wrong use; 3 the database failed, or is of a later version.
`;

export const migrate: Command = { name: 'migrate', summary: 'bring the tables into a database', help: HELP, options: OPTIONS, run };

async function run(context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = readArguments(context.argv, OPTIONS);
  requirePositionals(positionals);
  const { database, close } = await openDatabase(context, { database: values.database, create: true });
  try {
    const { from, to } = await ofArguments(() => migrateTables(database, { prefix: values['table-prefix'] }));
    const said = from === to ? `the tables are of version ${to}` : `the tables are of version ${to} now; it was ${from}`;
    context.stdout.write(values.json === true ? jsonLine({ from, to }) : `${said}\n`);
    return EXIT.ok;
  } catch (error) {
    throw error instanceof Error && error.name === 'UsageError' ? error : new Failure(`the database: ${oneLine(error)}`, { cause: error });
  } finally {
    await close().catch(() => undefined);
  }
}
