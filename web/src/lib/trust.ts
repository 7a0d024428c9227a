// SPDX-License-Identifier: Apache-2.0

/** What this browser knows of the platform's public key. A signature shows only that the holder
 * of a key signed; whose key it is, a person has to compare with a copy from elsewhere. */

const STORED = 'yunjian.key'

export interface Trust {
  /** Fingerprint seen at the first use in this browser; empty before. */
  first: string
  /** Fingerprint that a person has entered from another copy; empty while nobody has. */
  expected: string
}

/** confirmed: as entered; seen: as at first use, nobody has compared; changed: not as at first
 * use; foreign: not the entered one. */
export type KeyState = 'confirmed' | 'seen' | 'changed' | 'foreign'

export function keyState(trust: Trust, fingerprint: string): KeyState {
  if (trust.expected) return trust.expected === fingerprint ? 'confirmed' : 'foreign'
  return !trust.first || trust.first === fingerprint ? 'seen' : 'changed'
}

/** A fingerprint as people copy it, with blanks, colons or capitals; null when it is none. */
export function readFingerprint(text: string): string | null {
  const hex = text.replace(/[\s:]/g, '').toLowerCase()
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null
}

export function readTrust(storage: Pick<Storage, 'getItem'>): Trust {
  try {
    const kept = JSON.parse(storage.getItem(STORED) ?? '{}') as Partial<Trust>
    return {
      first: readFingerprint(String(kept.first)) ?? '',
      expected: readFingerprint(String(kept.expected)) ?? '',
    }
  } catch {
    return { first: '', expected: '' }
  }
}

/** A browser without storage asks again the next time. */
export function writeTrust(storage: Pick<Storage, 'setItem'>, trust: Trust): void {
  try {
    storage.setItem(STORED, JSON.stringify(trust))
  } catch {
    // nothing is remembered, so nothing is confirmed next time
  }
}
