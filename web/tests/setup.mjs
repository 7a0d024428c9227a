// SPDX-License-Identifier: Apache-2.0
// Node 18 has the browser's random numbers, but not under their browser name.
import { webcrypto } from 'node:crypto'

globalThis.crypto ??= webcrypto
