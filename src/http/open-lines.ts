import type { ComponentSource } from '../signature/base.ts';
import { requestSource } from './derive.ts';
import type { FieldTypes } from './field.ts';
import { combine } from './field-lines.ts';
import { createFieldReader, type FieldReader } from './field-reader.ts';
import type { FieldLines, HeadersLike, RequestMessage } from './message.ts';
import type { ReadField } from './sign-message.ts';

/** Reads fields, lines or not, each as one value. */
export function fieldValues(fields: FieldLines | HeadersLike): ReadField {
  return joined(createFieldReader(fields));
}

function joined(lines: FieldReader): ReadField {
  return (name) => {
    const found = lines(name);
    return found && combine(found);
  };
}

/** Makes a request of any kind ready to be signed. */
export function openLines(
  message: RequestMessage,
  types: FieldTypes | undefined,
): { read: ReadField; sourceWith(digest: string | undefined): ComponentSource } {
  const lines = createFieldReader(message.fields);
  return {
    read: joined(lines),
    sourceWith: (digest) => {
      const read: FieldReader = digest === undefined ? lines : (name) => (name === 'content-digest' ? [digest] : lines(name));
      return requestSource(message, read, types);
    },
  };
}
