import { z } from 'zod';

/** Everyone whom the site lets in. No group can have this name. */
const everyone = 'public';

const groupName = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'name groups with lower-case letters, digits and dashes')
  .max(100)
  .refine((name) => name !== everyone, `"${everyone}" is everyone, and no group`);

/** Who may: names of groups, or `public`. None: nobody. */
export const rightSchema = z.array(z.string()).max(100);

/** `access:` of `outcrop.yaml`. */
export const accessSchema = z.strictObject({
  groups: z.record(groupName, z.string()).default({}).describe('What each group is, by its name.'),
  view: rightSchema
    .default([everyone])
    .describe('Groups that may see a layer that does not say so itself; `public` is everyone.'),
  download: rightSchema.optional().describe('Those that may download it; those who may see it where absent.'),
  session_days: z
    .number()
    .positive()
    .max(3650)
    .default(30)
    .describe('Days that a key works which a login link gives.'),
  audit_days: z
    .int()
    .positive()
    .max(36_500)
    .nullable()
    .default(730)
    .describe('Days that the audit log is kept; null for ever.'),
});

/** What a site says of access. */
export type AccessConfig = z.infer<typeof accessSchema>;

/** Who may do what with a layer: names of groups, or `public`. */
export interface LayerRights {
  readonly view: readonly string[];
  readonly download: readonly string[];
}

/** What a layer says of its own rights. */
export type OwnRights = { readonly [K in keyof LayerRights]?: readonly string[] | undefined };

/** The rights of a layer. A layer that says who may see it does not fall back on who may download others. */
export function layerRights(access: AccessConfig, own: OwnRights = {}): LayerRights {
  const view = own.view ?? access.view;
  const download = own.download ?? (own.view === undefined ? access.download : undefined);
  return { view, download: download ?? view };
}

/** What is wrong with rights; null where nothing is. Whoever may download may see: saying otherwise is a mistake. */
export function rightsProblem(access: AccessConfig, own: OwnRights = {}): string | null {
  const names = Object.keys(access.groups);
  const { view, download } = layerRights(access, own);
  const unknown = [...view, ...download].find((name) => name !== everyone && !names.includes(name));
  if (unknown !== undefined) {
    return `there is no group ${JSON.stringify(unknown)}; use ${[everyone, ...names].join(', ')}, or add it to access.groups`;
  }
  const blind = view.includes(everyone) ? undefined : download.find((name) => !view.includes(name));
  return blind === undefined
    ? null
    : `${JSON.stringify(blind)} may download but not see; add it to view, or take it out of download`;
}

/** Whether someone in these groups has a right; null is in all. */
export function isAmong(right: readonly string[], groups: readonly string[] | null): boolean {
  return groups === null || right.some((name) => name === everyone || groups.includes(name));
}
