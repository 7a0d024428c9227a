// SPDX-License-Identifier: Apache-2.0
import type { Label } from '@/api/client'
import { articlePrefix } from '@/lib/article'

interface Text {
  title: Label
  short: Label
  document: string
}

/** A policy may hold more than one regulation: the one that an article belongs to. */
export function regulationOf(
  policy: Text & { also: (Text & { prefix: string })[] },
  article = '',
): Text {
  const prefix = articlePrefix(article)
  return policy.also.find((one) => one.prefix === prefix) ?? policy
}
