import { type Component, plainComponent } from '../signature/plain-component.ts';

/** What every request signature covers by default. */
export const REQUEST_COMPONENTS: readonly Component[] = /* @__PURE__ */ ['@method', '@authority', '@path', '@query'].map(plainComponent);
