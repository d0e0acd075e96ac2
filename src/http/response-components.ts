import { type Component, parseComponent } from '../signature/component.ts';
import { createFieldReader } from './field-reader.ts';
import type { RequestMessage } from './message.ts';
import { REQUEST_COMPONENTS } from './request-components.ts';

/** The request components that a response covers: those that are always there, and the digest if there was one. */
export function responseToComponents(fields: RequestMessage['fields']): readonly Component[] {
  const names = REQUEST_COMPONENTS.map(({ name }) => name);
  if (createFieldReader(fields)('content-digest') !== undefined) names.push('content-digest');
  return names.map((name) => parseComponent(`"${name}";req`));
}
