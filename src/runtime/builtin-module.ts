/**
 * Modules of Node's own, in whatever runtime has them.
 *
 * Looked up when needed, never imported: bundles stay free of them, and browsers need no stub.
 *
 * @module
 */

interface Globals {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** A module of Node's own (`node:crypto`); `undefined` where there is none. */
export function builtinModule(name: string): unknown {
  try {
    return (globalThis as Globals).process?.getBuiltinModule?.(name);
  } catch {
    // Next's edge runtime has each function of Node's process, and each of them throws.
    return undefined;
  }
}
