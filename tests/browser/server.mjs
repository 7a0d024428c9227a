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

export class Server {
  /** pack: the folder of a policy; the authority is then new and has one person. */
  constructor(binary, database, pack) {
    this.binary = binary
    this.people = []
    this.folder = mkdtempSync(join(tmpdir(), 'yunjian-browser-'))
    this.data = join(this.folder, 'data')
    const more = database ? ['--db', database] : []
    if (pack) {
      this.run('init', '--policy', pack, '--data', this.data, '--listen', '127.0.0.1:0')
      this.add('authority')
      return
    }
    this.run('simulate', '--policy', 'zhengzhou-2019', '--units', '4', '--systems', '6',
      '--days', '40', '--seed', '3', '--data', this.data, '--listen', '127.0.0.1:0', ...more)
    for (const role of Object.keys(PEOPLE)) this.add(role)
  }

  add(role) {
    this.run('user', 'add', '--data', this.data, '--first', '--role', role, '--login', role,
      '--name', PEOPLE[role], '--password-stdin')
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
