// A Bluesky server (PDS) as its makers publish it, with a directory of identities in memory, on loopback.
// It says on one line of JSON where it is; it ends when its standard input does.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDS, envToCfg, envToSecrets } from '@atproto/pds'
import plc from '@did-plc/server'

async function freePort() {
  const probe = createServer()
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const folder = mkdtempSync(join(tmpdir(), 'advocacy-pds-'))
mkdirSync(join(folder, 'blobs'))
const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: await freePort() })
await directory.start()
const port = await freePort()
const env = {
  port, hostname: 'localhost', devMode: true, dataDirectory: folder, blobstoreDiskLocation: join(folder, 'blobs'),
  didPlcUrl: `http://127.0.0.1:${directory.server.address().port}`, serviceHandleDomains: ['.test'],
  inviteRequired: false, rateLimitsEnabled: false, jwtSecret: randomBytes(16).toString('hex'), crawlers: [],
  adminPassword: randomBytes(16).toString('hex'), plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString('hex'),
}
const pds = await PDS.create(envToCfg(env), envToSecrets(env))
await pds.start()
const root = join(import.meta.dirname, 'node_modules', '@atproto', 'pds', 'package.json')
const { version } = JSON.parse(readFileSync(root))
// The secret lets a test make a token that has run out.
console.log(JSON.stringify({ port, version, secret: env.jwtSecret }))

process.stdin.resume()
process.stdin.on('end', async () => {
  await pds.destroy()
  await directory.destroy()
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
