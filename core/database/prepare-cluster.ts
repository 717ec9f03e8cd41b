import pg from 'pg'

import { databaseUrl } from './database-url.ts'

export interface RolePasswords {
  readonly owner: string
  readonly app: string
  readonly engine: string
}

export interface ClusterUrls {
  /** Role yichuang_app: reads and writes rows as far as the migrations granted it. */
  readonly appUrl: string
  /** Role yichuang_owner: owns the database and runs the migrations. */
  readonly ownerUrl: string
  /** Role yichuang_engine: owns the schema `engine` and sees nothing else. */
  readonly engineUrl: string
}

/**
 * Makes the three roles, the database and the schema `engine`, as often as it is called: what is
 * there stays, passwords are set to those given. Used by `npm start` and by the tests, so that a
 * right which is missing in a test is missing in the demo too. Needs a superuser.
 * Rights on tables are not given here: each migration grants what its tables need.
 */
export async function prepareCluster(options: {
  readonly superuserUrl: string
  readonly passwords: RolePasswords
  readonly database?: string
}): Promise<ClusterUrls> {
  const { superuserUrl, passwords, database = 'yichuang' } = options
  await withClient(superuserUrl, async (client) => {
    await ensureRole(client, 'yichuang_owner', passwords.owner)
    await ensureRole(client, 'yichuang_app', passwords.app)
    await ensureRole(client, 'yichuang_engine', passwords.engine)
    await client.query('alter role yichuang_engine set search_path = engine')
    // The migrations add two tables to the engine's schema (engine/host/README.md).
    await client.query('grant yichuang_engine to yichuang_owner')
    await ensureDatabase(client, database)
  })
  await withClient(databaseUrl(superuserUrl, { database }), grantSchemas)
  return roleUrls(superuserUrl, passwords, database)
}

/** The three connection strings on the cluster `url` points to. */
export function roleUrls(url: string, passwords: RolePasswords, database: string): ClusterUrls {
  const as = (user: string, password: string) => databaseUrl(url, { user, password, database })
  return {
    appUrl: as('yichuang_app', passwords.app),
    ownerUrl: as('yichuang_owner', passwords.owner),
    engineUrl: as('yichuang_engine', passwords.engine),
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const found = await client.query('select 1 from pg_roles where rolname = $1', [role])
  const verb = found.rowCount ? 'alter' : 'create'
  await client.query(
    `${verb} role ${role} login nosuperuser nocreatedb nocreaterole password ${client.escapeLiteral(password)}`,
  )
}

async function ensureDatabase(client: pg.Client, database: string): Promise<void> {
  const found = await client.query('select 1 from pg_database where datname = $1', [database])
  const name = client.escapeIdentifier(database)
  if (!found.rowCount) await client.query(`create database ${name} owner yichuang_owner`)
  await client.query(`revoke all on database ${name} from public`)
  await client.query(`grant connect, temporary on database ${name} to yichuang_app`)
  await client.query(`grant connect on database ${name} to yichuang_engine`)
}

async function grantSchemas(client: pg.Client): Promise<void> {
  await client.query('alter schema public owner to yichuang_owner')
  await client.query('grant usage on schema public to yichuang_app')
  await client.query('create schema if not exists engine authorization yichuang_engine')
  await client.query('grant usage on schema engine to yichuang_app, yichuang_owner')
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'prepare-cluster' })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
