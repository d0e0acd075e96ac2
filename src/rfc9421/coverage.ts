import { type Component, plainComponent } from './component.ts';
import { createFieldReader } from './field-lines.ts';
import type { RequestMessage } from './message.ts';
import { parseComponent } from './parse-component.ts';

/** What every request signature covers by default. */
export const REQUEST_COMPONENTS: readonly Component[] = /* @__PURE__ */ ['@method', '@authority', '@path', '@query'].map(plainComponent);

/** The request components that a response covers: those that are always there, and the digest if there was one. */
export function responseToComponents(fields: RequestMessage['fields']): readonly Component[] {
  const names = REQUEST_COMPONENTS.map(({ name }) => name);
  if (createFieldReader(fields)('content-digest') !== undefined) names.push('content-digest');
  return names.map((name) => parseComponent(`"${name}";req`));
}
