// SPDX-License-Identifier: Apache-2.0
/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

// The part of the library that proof checking uses.
declare module 'sm-crypto' {
  type Bytes = ArrayLike<number>
  export const sm2: {
    doVerifySignature(
      message: Bytes,
      signatureHex: string,
      publicKeyHex: string,
      options: { hash: boolean; der: boolean; userId: string },
    ): boolean
    doSignature(
      message: Bytes,
      privateKeyHex: string,
      options: { hash: boolean; der: boolean; userId: string },
    ): string
    generateKeyPairHex(): { privateKey: string; publicKey: string }
  }
  export function sm3(message: Bytes): string
}
