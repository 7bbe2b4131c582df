import { type Command, Option } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { folderUrl } from '../options/folder-url.ts';
import { parseCount } from '../options/parse-count.ts';
import { formatTable } from '../output/format-table.ts';
import { printJson } from '../output/print-json.ts';
import type { ListedDelivery } from '../server-port.ts';

/** Ids are integers of the database. */
const maxId = 2_147_483_647;
const maxListed = 1000;
const usuallyListed = 50;
const states = ['pending', 'delivered', 'failed'] as const;

/** `outcrop webhook`: what messages are signed with, and what became of them; also while the site runs. */
export function registerWebhook(program: Command, context: CommandContext): void {
  const webhook = program.command('webhook').description('messages about exports that have ended');
  registerSecret(webhook, context);
  registerList(webhook, context);
}

function registerSecret(webhook: Command, context: CommandContext): void {
  const { terminal } = context;
  webhook
    .command('secret')
    .description('print the secret that the webhooks of a site are signed with')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .option('--token <id>', "that of a key's own webhooks instead", parseCount(maxId))
    .option('--renew', 'replace it first, and all of keys with it; the old ones sign for a day more', false)
    .option('--json', 'print JSON')
    .action(async (folder, { token, renew, json }) => {
      const server = await context.loadServer();
      const site = folderUrl(folder, context.workingFolder);
      const { secret = '' } = await server.orderNotifications(site, {
        order: 'secret',
        token: token ?? null,
        renew,
      });
      if (json === true) printJson(terminal, { secret });
      else terminal.print(secret);
    });
}

function registerList(webhook: Command, context: CommandContext): void {
  const { terminal } = context;
  webhook
    .command('list')
    .description('list messages about exports, newest first: webhooks and mail')
    .argument('<folder>', 'folder with an outcrop.yaml')
    .addOption(new Option('--state <state>', 'only those that are').choices(states))
    .option('--limit <number>', 'at most so many', parseCount(maxListed), usuallyListed)
    .option('--json', 'print JSON')
    .action(async (folder, { state, limit, json }) => {
      const server = await context.loadServer();
      const site = folderUrl(folder, context.workingFolder);
      const { deliveries = [] } = await server.orderNotifications(site, {
        order: 'list',
        state: state ?? null,
        limit,
      });
      if (json === true) printJson(terminal, deliveries);
      else for (const line of formatTable(deliveries.map(row))) terminal.print(line);
    });
}

function row(delivery: ListedDelivery): string[] {
  const {
    created_at: createdAt,
    export_id: exportId,
    event,
    channel,
    target,
    state,
    tries,
    detail,
  } = delivery;
  const time = createdAt.slice(0, 19);
  return [
    time,
    `export ${exportId}`,
    event,
    channel,
    state,
    `${tries} tries`,
    target,
    ...(detail === null ? [] : [detail]),
  ];
}
