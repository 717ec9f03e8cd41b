import type { Knex } from 'knex'

export interface Post {
  readonly code: string
  readonly name: string
  readonly nameEn: string
}

/** Every post of the house, by code. */
export async function listPosts(db: Knex): Promise<Post[]> {
  return (await db('post as p')
    .select({ code: 'p.code', name: 'p.name', nameEn: 'p.name_en' })
    .orderBy('p.code')) as Post[]
}
