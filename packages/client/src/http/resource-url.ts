import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';

/**
 * The URL of one thing of a collection, with the slash that the API wants: a redirect to it would turn a POST
 * into a GET.
 *
 * @throws InvalidArgumentError where the id is not a whole number, so that no id can lead out of the collection.
 */
export function resourceUrl(collection: URL, id: number): URL {
  if (!Number.isSafeInteger(id) || id < 0) {
    throw new InvalidArgumentError(
      `${JSON.stringify(id)} is not an id; ids are whole numbers, such as 50804`,
    );
  }
  return new URL(`${id}/`, collection);
}
