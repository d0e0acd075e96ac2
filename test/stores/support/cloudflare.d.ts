/** What the worker of the tests imports of workerd. */
declare module 'cloudflare:workers' {
  import type { ObjectStateLike } from 'countersign/sql';

  export class DurableObject {
    protected readonly ctx: ObjectStateLike & { abort(reason: string): void };
    constructor(ctx: ObjectStateLike, env: unknown);
  }
}
