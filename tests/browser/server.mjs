// SPDX-License-Identifier: Apache-2.0
// A real server for the browser tests: invented past, four people with passwords, and a clock that
// can be set ahead between two starts.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const PASSWORD = 'correct-horse-battery'
export const PEOPLE = {
  'using-unit': '王部门',
  authority: '李主管',
  provider: '赵服务',
  auditor: '钱审计',
}

const begun = Number(process.env.YUNJIAN_TEST_AHEAD ?? 0)

/** The day `n` days from today, where the clock of the server stands. */
export function day(n = 0) {
  return new Date(Date.now() + (n + begun) * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10)
}

export class Server {
  constructor(binary) {
    this.binary = binary
    this.people = []
    this.folder = mkdtempSync(join(tmpdir(), 'yunjian-browser-'))
    this.data = join(this.folder, 'data')
  }

  /** One city with an invented past. */
  static town(binary, database) {
    const server = new Server(binary)
    server.invent('--policy', 'zhengzhou-2019', '--units', '4', '--systems', '6', '--days', '40',
      '--seed', '3', ...(database ? ['--db', database] : []))
    for (const role of Object.keys(PEOPLE)) server.add(role)
    return server
  }

  /** pack: the folder of a policy; the authority is new and has one person. */
  static county(binary, pack) {
    const server = new Server(binary)
    server.run('init', '--policy', pack, '--data', server.data, '--listen', '127.0.0.1:0')
    server.add('authority')
    return server
  }

  /** Every regulation that is shipped, side by side in one database, with an invented past. */
  static cities(binary) {
    const server = new Server(binary)
    server.invent('--policy', 'all', '--units', '3', '--systems', '3', '--days', '60',
      '--seed', '5')
    return server
  }

  invent(...what) {
    this.run('simulate', ...what, '--data', this.data, '--listen', '127.0.0.1:0')
  }

  add(role) {
    this.seat(['--first', '--role', role], role, PEOPLE[role])
  }

  /** A person at a place that the words name, with a login. */
  seat(place, login, name) {
    this.run('user', 'add', '--data', this.data, ...place, '--login', login, '--name', name,
      '--password-stdin')
  }

  /** The authorities of the database: what each is called, by its policy. */
  authorities() {
    const lines = this.run('authority', 'list', '--data', this.data).trim().split('\n')
    return Object.fromEntries(lines.map((line) => {
      const [id, policy, name] = line.split('\t')
      return [policy, { id, name }]
    }))
  }

  run(...args) {
    return execFileSync(this.binary, args, { input: `${PASSWORD}\n`, encoding: 'utf8' })
  }

  /** Serves with the clock `days` ahead of now, whatever now is for this run. */
  async start(days = 0) {
    const serve = ['serve', '--data', this.data]
    const ahead = resolve(dirname(this.binary), 'tests', 'ahead.so')
    const env = { ...process.env, LD_PRELOAD: ahead, YUNJIAN_TEST_AHEAD: String(days + begun) }
    this.child = spawn(this.binary, serve, days ? { env } : {})
    this.child.stderr.pipe(process.stderr)
    this.ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.address = await new Promise((resolve, reject) => {
      let said = ''
      this.child.stdout.on('data', (bytes) => {
        said += bytes
        const found = said.match(/serving (http:\S+)/)
        if (found) resolve(found[1])
      })
      this.child.once('exit', () => reject(new Error(`the server did not start: ${said}`)))
    })
  }

  /** Those who sit at it leave first: a page that asks on would complain. */
  async stop() {
    await Promise.all(this.people.splice(0).map((context) => context.close()))
    this.child?.kill('SIGTERM')
    await this.ended
    this.child = undefined
  }

  async end() {
    await this.stop()
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true })
  }
}
