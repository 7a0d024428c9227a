// SPDX-License-Identifier: Apache-2.0
// Measures what a browser loads before login and worklist stand, and checks that the built files
// keep the strict content security policy. Run after `vite build`.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const LIMIT = 260_000
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist')
const html = readFileSync(join(dist, 'index.html'), 'utf8')
const faults = []

// The page names its entry, the chunks that it needs at once, and the styles.
const first = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1])
let total = gzipSync(html).length
console.log(`${String(total).padStart(8)}  index.html`)
for (const name of first) {
  const bytes = gzipSync(readFileSync(join(dist, name)), { level: 9 }).length
  total += bytes
  console.log(`${String(bytes).padStart(8)}  ${name}`)
}
console.log(`${String(total).padStart(8)}  first load, gzip bytes (limit ${LIMIT})`)
if (!first.length) faults.push('index.html names no assets')
if (total > LIMIT) faults.push(`first load is ${total} bytes, more than ${LIMIT}`)

if (/<style|style="|<script(?![^>]*\bsrc=)|\son[a-z]+="/.test(html)) {
  faults.push('index.html holds an inline script or style')
}
for (const name of readdirSync(join(dist, 'assets'))) {
  if (!name.endsWith('.js')) continue
  const text = readFileSync(join(dist, 'assets', name), 'utf8')
  if (/\bnew Function\b|\beval\(/.test(text)) faults.push(`${name} makes code from text`)
  if (/createElement\(["'`]style["'`]\)/.test(text)) faults.push(`${name} adds a style element`)
}
for (const fault of faults) console.error(`size: ${fault}`)
process.exit(faults.length ? 1 : 0)
