// passkey.ts -- between the browser's passkeys and what the server sends and takes: bytes as base64url.
import { ask, me } from './me'
import type { Me } from './me'

const bytes = (text: string) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (data: ArrayBuffer) =>
  btoa(String.fromCharCode(...new Uint8Array(data)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')

export const hasPasskeys = () => !!window.PublicKeyCredential

interface Begin {
  challenge: string
  host: string
  user_handle: string
  user_name: string
  known: { key_id: string }[]
}

export async function makePasskey(name: string, totp?: string) {
  const begin = await ask<Begin>('POST', 'me/passkeys/challenge', totp ? { totp } : {})
  const made = (await navigator.credentials.create({
    publicKey: {
      challenge: bytes(begin.challenge),
      rp: { id: begin.host, name: begin.host },
      user: { id: bytes(begin.user_handle), name: begin.user_name, displayName: begin.user_name },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: begin.known.map((k) => ({ type: 'public-key', id: bytes(k.key_id) })),
    },
  })) as PublicKeyCredential
  const response = made.response as AuthenticatorAttestationResponse
  await ask('POST', 'me/passkeys', {
    name,
    client_data: text(response.clientDataJSON),
    attestation: text(response.attestationObject),
  })
}

export async function usePasskey() {
  const begin = await ask<{ challenge: string; host: string }>('POST', 'auth/passkey/challenge', {})
  const used = (await navigator.credentials.get({
    publicKey: { challenge: bytes(begin.challenge), rpId: begin.host, userVerification: 'required' },
  })) as PublicKeyCredential
  const response = used.response as AuthenticatorAssertionResponse
  me.value = await ask<Me>('POST', 'auth/passkey', {
    key_id: text(used.rawId),
    client_data: text(response.clientDataJSON),
    auth_data: text(response.authenticatorData),
    signature: text(response.signature),
  })
}
