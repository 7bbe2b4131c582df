import { z } from 'zod';

/** What a token is for, in words. PostgreSQL's texts hold no NUL. */
export const tokenNameSchema = z
  .string()
  .max(200)
  .refine((text) => !text.includes('\0'), 'must not contain NUL');
