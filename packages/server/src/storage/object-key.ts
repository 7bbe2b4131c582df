const part = '[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*';
const keyPattern = new RegExp(`^${part}(?:/${part})+$`);
const prefixPattern = new RegExp(`^(?:${part}/)*$`);
/** S3 takes 1,024 bytes, the prefix of the site included. */
const maxLength = 512;

/** Whether a text is the key of an object. It cannot leave its folder: no part is empty, `.` or `..`. */
export function isKey(text: string): boolean {
  return text.length <= maxLength && keyPattern.test(text);
}

/** @throws Error for a text that is no key. Keys are made by the site itself, so this is a mistake of its own. */
export function checkKey(key: string): void {
  if (!isKey(key)) {
    throw new Error(`${JSON.stringify(key)} is not the key of an object`);
  }
}

/** @throws Error for a text that is no prefix. */
export function checkPrefix(prefix: string): void {
  if (prefix.length > maxLength || !prefixPattern.test(prefix)) {
    throw new Error(`${JSON.stringify(prefix)} is not a prefix of keys: it must end in "/" or be empty`);
  }
}
