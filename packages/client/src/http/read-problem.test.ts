import { expect, test } from 'vitest';

import { readProblem } from './read-problem.ts';

test.each([
  [{ error: 'Too bad' }, 'Too bad'],
  [{ error: { code: 'x', detail: 'Too bad' } }, 'Too bad'],
  [{ detail: 'Too bad' }, 'Too bad'],
  [{ errors: ["Can't cancel", 'Really'] }, "Can't cancel Really"],
  [{ errors: ["Can't cancel"], detail: 'It is complete.' }, "Can't cancel: It is complete."],
  [{ errors: { detail: 'Too bad' }, status_code: 400 }, 'Too bad'],
  [{ crs: ['Unknown.', 'Really.'] }, 'crs: Unknown.; crs: Really.'],
  [{ errors: { crs: ['Unknown.'] }, status_code: 400 }, 'crs: Unknown.'],
  [{ formats: { vector: ['Not a format.'] } }, 'formats: vector: Not a format.'],
  [{ non_field_errors: ['No.'] }, 'No.'],
  ['<html>', null],
  [undefined, null],
  [[], null],
])('%j says %s', (body, message) => {
  expect(readProblem(body).message).toBe(message);
});

test('a validation object becomes an issue for each reason', () => {
  const body = {
    items: [
      { item: 'u/3/', is_valid: false, invalid_reasons: ['outside-extent'] },
      {
        item: 'u/4/',
        is_valid: false,
        invalid_reasons: ['invalid-format'],
        invalid_details: [{ code: 'invalid-format', detail: 'KML is not for tables' }],
      },
    ],
    is_valid: false,
    invalid_reasons: ['no-luck'],
  };
  const nothingThere = 'it has nothing in the region; move or enlarge the extent';
  const { issues, validation, message } = readProblem(body);
  expect(issues).toEqual([
    { item: null, field: null, code: 'no-luck', detail: 'no-luck' },
    { item: 'u/3/', field: null, code: 'outside-extent', detail: nothingThere },
    { item: 'u/4/', field: null, code: 'invalid-format', detail: 'KML is not for tables' },
  ]);
  expect(validation?.getReasons()).toEqual({
    __all__: ['no-luck'],
    'u/3/': ['outside-extent'],
    'u/4/': ['invalid-format'],
  });
  expect(message).toBe(`The export is refused: no-luck; u/3/: ${nothingThere}; u/4/: KML is not for tables`);
});

test('a message is one line of bounded length', () => {
  const { message } = readProblem({ detail: `a\n\tb ${'x'.repeat(5000)}` });
  expect(message).toMatch(/^a b x+…$/);
  expect(message?.length).toBeLessThan(1010);
});
