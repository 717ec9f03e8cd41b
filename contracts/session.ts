/** Sign-in state of staff. */
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }

export const HeldPost = Type.Object(
  {
    unit: Type.String(),
    unitName: Type.String(),
    post: Type.String(),
    postName: Type.String(),
    postNameEn: Type.String(),
  },
  closed,
)

export const SessionState = Type.Object(
  {
    signedIn: Type.Boolean(),
    person: Type.Optional(Type.Object({ staffNo: Type.String(), name: Type.String() }, closed)),
    posts: Type.Optional(Type.Array(HeldPost)),
    designer: Type.Optional(Type.Boolean()),
    operator: Type.Optional(Type.Boolean()),
    csrfToken: Type.Optional(
      Type.String({ description: 'send as x-csrf-token on every POST, PUT and DELETE' }),
    ),
    expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  closed,
)
export type SessionState = Static<typeof SessionState>

export const SignedOut = Type.Object(
  { signOutUrl: Type.String({ description: 'go there to end the session at the issuer too' }) },
  closed,
)
export type SignedOut = Static<typeof SignedOut>
