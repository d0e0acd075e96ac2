/**
 * Nonces in a database: recording them, and telling why one is not recorded.
 *
 * @module
 */

import { checkRequest, checkRequests } from '../replay/check-request.ts';
import { Epoch } from '../replay/epoch.ts';
import { LIFETIMES, lifetimeOf } from '../replay/lifetime.ts';
import type { ConsumeRequest, Consumption } from '../replay/store.ts';
import { systemSleep } from '../runtime/abort.ts';
import type { Database, SqlRow, SqlValue } from './database.ts';
import { createStatements, type NonceStatements } from './nonce-statements.ts';
import { nonceName, scopeName } from './record-name.ts';
import { asBusy, storeBusy } from './store-busy.ts';

/** The options of the store, with their defaults. */
export interface NonceSettings {
  readonly prefix: string;
  /** Seconds. */
  readonly lockTimeout: number;
  readonly earlierFutureSkew: number;
  /** Where an epoch is begun so that no transaction takes it back. */
  readonly outside: Database | undefined;
  /** Whether the first epoch begins without a cold start. */
  readonly warm: boolean;
  /** Whether the epoch is in the database; otherwise it is this process's. */
  readonly stored: boolean;
  readonly insecurelyAssumeNoFailover: boolean;
}

/** A request as the statements want it. */
interface Row {
  readonly request: ConsumeRequest;
  readonly scope: string;
  readonly nonce: string;
  readonly values: readonly SqlValue[];
}

/** The answer to one attempt; `busy` while a copy is in flight. */
type Attempt = Consumption | 'busy';

/** A refusal on its way out of a transaction, which is rolled back by it. */
class NotAll extends Error {
  readonly answer: Attempt;

  constructor(answer: Attempt) {
    super(answer);
    this.answer = answer;
  }
}

/** The epochs of this process: one for each database that was opened, and each set of tables in it. */
const epochs: WeakMap<object, Map<string, Epoch>> = /* @__PURE__ */ new WeakMap();

/** The beginning of what this process knows of a database that says nothing of itself. */
function epochOf(database: Database, { prefix, earlierFutureSkew, warm }: NonceSettings): Epoch {
  const opened = database.opened ?? database;
  const ours = epochs.get(opened) ?? new Map<string, Epoch>();
  epochs.set(opened, ours);
  const epoch = ours.get(prefix) ?? new Epoch({ earlierFutureSkew, insecurelyAssumeNoEarlierMessages: warm });
  ours.set(prefix, epoch);
  return epoch;
}

/** Nonces in the tables of one prefix. */
export class Nonces {
  readonly statements: NonceStatements;
  readonly #database: Database;
  readonly #settings: NonceSettings;
  /** An epoch that is being begun outside of the transaction. */
  #beginning: Promise<unknown> | undefined;
  /** The latest time that any verifier passed. */
  #latest = 0;

  constructor(database: Database, settings: NonceSettings) {
    const { prefix, stored, insecurelyAssumeNoFailover } = settings;
    this.#database = database;
    this.#settings = settings;
    this.statements = createStatements(database.dialect, prefix, { stored, insecurelyAssumeNoFailover });
  }

  /**
   * Records a nonce.
   *
   * @throws {TypeError | RangeError} For what no store can hold; nothing has changed then.
   * @throws {VerificationError} `store_busy`.
   */
  async consume(request: ConsumeRequest): Promise<Consumption> {
    checkRequest(request);
    const row = await this.#rowOf(request);
    if (isLate(request)) return 'cold';
    return this.#persist(() => this.#attempt(this.#database, row));
  }

  /** As `consume`, of all or none. */
  async consumeAll(requests: readonly ConsumeRequest[]): Promise<Consumption> {
    checkRequests(requests);
    const rows: Row[] = [];
    for (const request of requests) rows.push(await this.#rowOf(request));
    const [first, ...others] = rows;
    if (first === undefined) return 'consumed';
    if (others.length === 0) return this.consume(first.request);
    return this.#persist(() => this.#attemptAll(rows));
  }

  /** Begins an epoch: nothing of what was created until now is known. */
  async restart(now: number): Promise<void> {
    const { outside, earlierFutureSkew } = this.#settings;
    await (outside ?? this.#database).run(this.statements.restart, [Math.max(now, this.#latest), earlierFutureSkew]);
    epochs.get(this.#database.opened ?? this.#database)?.delete(this.#settings.prefix);
  }

  /** The epoch of this process; `undefined` where the database has one. */
  get #epoch(): Epoch | undefined {
    return this.#settings.stored ? undefined : epochOf(this.#database, this.#settings);
  }

  async #rowOf(request: ConsumeRequest): Promise<Row> {
    const { created, futureSkew } = request;
    const { index, own } = lifetimeOf(request);
    // All of a class are kept until its longest life is over: what is pruned then is past for everybody.
    const keepUntil = created + LIFETIMES[index]! + futureSkew + 1;
    const scope = await scopeName(request.scope);
    const nonce = nonceName(request.nonce);
    const warm = this.#settings.warm ? 1 : 0;
    return { request, scope, nonce, values: [scope, nonce, created, keepUntil, index * 2 + (own ? 1 : 0), futureSkew, warm, index] };
  }

  /** Tries again for a while where a copy is in flight; not with a transaction in hand, which may be what the other waits for. */
  async #persist(attempt: () => Promise<Attempt>): Promise<Consumption> {
    try {
      const most = this.#database.inTransaction === true ? 0 : this.#settings.lockTimeout;
      let waited = 0;
      for (let pause = 0.002; ; pause *= 2) {
        const answer = await attempt();
        if (answer !== 'busy') return answer;
        if (waited >= most) throw storeBusy();
        const next = Math.min(pause, most - waited, 0.1);
        await systemSleep(next, undefined);
        waited += next;
      }
    } catch (error) {
      throw asBusy(error);
    }
  }

  async #attemptAll(rows: readonly Row[]): Promise<Attempt> {
    const database = this.#database;
    if (database.transaction === undefined)
      throw new TypeError('this database has no transactions: it cannot consume several nonces together');
    try {
      return await database.transaction(async (inside): Promise<Attempt> => {
        for (const row of rows) {
          const answer = isLate(row.request) ? 'cold' : await this.#attempt(inside, row);
          if (answer !== 'consumed') throw new NotAll(answer);
        }
        return 'consumed';
      });
    } catch (error) {
      if (error instanceof NotAll) return error.answer;
      throw error;
    }
  }

  async #attempt(database: Database, row: Row, again = false): Promise<Attempt> {
    const { request, values } = row;
    this.#latest = Math.max(this.#latest, request.now);
    const epoch = this.#epoch;
    epoch?.note(request);
    if (epoch?.isCold(request) === true) return (await this.#look(database, row)).known ? 'replayed' : 'cold';
    const [made] = await database.run(this.statements.consume, values);
    if (made?.['added'] === 1) {
      if (epoch === undefined && made['begun'] === 0) await this.#begin(database, request);
      return 'consumed';
    }
    const { known, identity, skew, current } = await this.#look(database, row);
    if (known) return 'replayed';
    if (made !== undefined && made['free'] !== 1) return 'busy';
    if (epoch !== undefined) return 'cold';
    if (identity !== current) return this.#afterBegin(database, row, again);
    if (skew < request.futureSkew) return this.#widen(database, row, again);
    return 'cold';
  }

  async #look(database: Database, { scope, nonce }: Row): Promise<Looked> {
    const [row] = await database.run(this.statements.look, [scope, nonce]);
    return readLook(row);
  }

  /** Cold, if the epoch is begun elsewhere; otherwise by the new epoch. */
  async #afterBegin(database: Database, row: Row, again: boolean): Promise<Attempt> {
    const inPlace = await this.#begin(database, row.request);
    return inPlace && !again ? this.#attempt(database, row, true) : 'cold';
  }

  /** Begins an epoch. Answers whether it holds already: outside of a transaction nobody waits for it with the transaction's connection in hand. */
  async #begin(database: Database, { now, futureSkew }: ConsumeRequest): Promise<boolean> {
    const { earlierFutureSkew, warm } = this.#settings;
    const latest = Math.max(now, this.#latest);
    const { clock } = warm ? { clock: 0 } : readLook((await database.run(this.statements.look, ['', '']))[0]);
    const started = warm ? 0 : Math.max(latest, clock);
    return this.#outside(database, this.statements.begin, [started, latest, Math.max(futureSkew, earlierFutureSkew)]);
  }

  /** A verifier with a greater skew than any before: it is noted before one of its messages is accepted. */
  async #widen(database: Database, row: Row, again: boolean): Promise<Attempt> {
    const inPlace = await this.#outside(database, this.statements.widen, [row.request.futureSkew]);
    return inPlace && !again ? this.#attempt(database, row, true) : 'busy';
  }

  /** Runs a statement that must last. Answers whether it has run. */
  async #outside(database: Database, sql: string, values: readonly SqlValue[]): Promise<boolean> {
    const elsewhere = database.inTransaction === true ? (this.#settings.outside ?? database.outside) : undefined;
    if (elsewhere === undefined) {
      await database.run(sql, values);
      return true;
    }
    // Fails as the next request will: that one tells.
    this.#beginning ??= runLater(elsewhere, sql, values).finally(() => {
      this.#beginning = undefined;
    });
    return false;
  }
}

async function runLater(database: Database, sql: string, values: readonly SqlValue[]): Promise<void> {
  try {
    await database.run(sql, values);
  } catch {
    // Nobody waits for this. The next request meets the same fault, and answers for it.
  }
}

/** Too late to be remembered. */
function isLate({ keepUntil, now }: ConsumeRequest): boolean {
  return keepUntil < now;
}

interface Looked {
  readonly known: boolean;
  readonly identity: unknown;
  readonly skew: number;
  readonly current: unknown;
  /** The server's time in whole seconds since the epoch. */
  readonly clock: number;
}

function readLook(row: SqlRow | undefined): Looked {
  const { known, identity, skew, current, clock } = row ?? {};
  if (typeof known !== 'number' || typeof clock !== 'number') throw new TypeError('the database gave no known answer');
  return { known: known > 0, identity, skew: typeof skew === 'number' ? skew : -1, current, clock };
}
