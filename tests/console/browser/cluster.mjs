// A cluster to look at: ZooKeeper, rosterds and members, all real processes on
// loopback, in a folder of their own, stopped by stop().
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BIN = process.env.ROSTER_BIN ??
    new URL('../../../build/release/bin', import.meta.url).pathname;
export const FACTOR = Number(process.env.ROSTER_TEST_TIMEOUT_FACTOR ?? 1);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Waits until `check` returns something true, and returns it.
export async function until(what, check, seconds = 30) {
  const limit = Date.now() + seconds * 1000 * FACTOR;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > limit) throw new Error(`gave up waiting: ${what}`);
    await sleep(15);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function ended(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

export async function stopProcess(child, signal = 'SIGTERM') {
  if (ended(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(hard);
}

// A script that does with kazoo what it is told, a line of JSON at a time.
class KazooScript {
  constructor(name, zookeeper) {
    this.name = name;
    const script = new URL(name, import.meta.url).pathname;
    this.child = spawn('/usr/bin/python3', [script, zookeeper],
                       { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = createInterface({ input: this.child.stdout })
        [Symbol.asyncIterator]();
  }

  async ask(command) {
    this.child.stdin.write(JSON.stringify(command) + '\n');
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.name} has ended`);
    return JSON.parse(value);
  }
}

// Members that are nothing but znodes.
class PlainMembers extends KazooScript {
  constructor(zookeeper) { super('members.py', zookeeper); }

  create(names, record = '') { return this.ask({ do: 'create', names, record }); }
  set(name, record) { return this.ask({ do: 'set', name, record }); }
  remove(name) { return this.ask({ do: 'delete', name }); }
}

export class Cluster {
  // The first rosterd owns the ZooKeeper; the page is served by the second,
  // which can be restarted.
  static start() {
    return Cluster.begin((cluster) => cluster.startAll());
  }

  // Only the rosterd that serves the page, on a ZooKeeper of somebody else.
  static watch(zookeeper, flags = []) {
    return Cluster.begin(async (cluster) => {
      Object.assign(cluster, { zookeeper, flags, port: await freePort() });
      await cluster.startMonitor();
    });
  }

  static async begin(start) {
    const cluster = new Cluster();
    cluster.folder = mkdtempSync(join(tmpdir(), 'roster-console-'));
    cluster.children = [];
    cluster.flags = [];  // of the rosterd that serves the page
    try {
      await start(cluster);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async startAll() {
    const owner = await this.rosterd('owner', ['--dev', '--http-listen',
                                                  '127.0.0.1:0']);
    this.owner = owner.child;
    this.zookeeper = owner.addresses.zookeeper;
    this.port = await freePort();
    await this.startMonitor();
    this.makeMembers();
  }

  makeMembers() {
    this.plain = new PlainMembers(this.zookeeper);
    this.children.push(this.plain.child);
  }

  get url() { return `http://127.0.0.1:${this.port}`; }

  // Waits until the view is live; `blind`: only until it answers.
  async startMonitor({ blind = false } = {}) {
    const { child } = await this.rosterd('monitor', [
      '--zookeeper', this.zookeeper, '--http-listen', `127.0.0.1:${this.port}`,
      ...this.flags]);
    this.monitor = child;
    await until('the view is live', async () => {
      const { summary } = await this.api('summary');
      return blind ? summary : summary?.view.connected;
    });
  }

  stopMonitor() {
    return stopProcess(this.monitor);
  }

  async rosterd(name, flags) {
    const file = join(this.folder, `${name}.json`);
    rmSync(file, { force: true });
    const child = spawn(join(BIN, 'rosterd'), [
      ...flags, '--grpc-listen', '127.0.0.1:0', '--session-timeout', '4s',
      '--address-file', file, '--log-level', 'error'],
      { stdio: ['ignore', 'inherit', 'inherit'] });
    this.children.push(child);
    await until(`${name} says where it listens`, () => {
      if (ended(child)) throw new Error(`${name} has ended`);
      return existsSync(file) && readFileSync(file, 'utf8').trim() !== '';
    });
    return { child, addresses: JSON.parse(readFileSync(file, 'utf8')) };
  }

  // Holders of locks, candidates, queues and barriers: see holders.py.
  holders() {
    const holders = new KazooScript('holders.py', this.zookeeper);
    this.children.push(holders.child);
    return holders;
  }

  // A real service: it indexes files, reports progress and obeys orders.
  indexer(name, flags = []) {
    const child = spawn(join(BIN, 'file_indexer'), [
      '--zookeeper', this.zookeeper, '--name', name, '--session-timeout', '4s',
      '--pace', '60', ...flags, '/usr/share/doc'],
      { stdio: 'ignore' });
    this.children.push(child);
    return child;
  }

  // The process of the ZooKeeper that the first rosterd started.
  zookeeperPid() {
    const task = `/proc/${this.owner.pid}/task/`;
    const own = readFileSync(`${task}${this.owner.pid}/children`, 'utf8').trim();
    return own === '' ? null : Number(own.split(' ')[0]);
  }

  async api(path) {
    try {
      const response = await fetch(`${this.url}/api/v1/${path}`);
      return await response.json();
    } catch {
      return {};
    }
  }

  async statusOf(name) {
    const { member } = await this.api(`members/${encodeURIComponent(name)}`);
    return member?.status.replace('MEMBER_STATUS_', '') ?? '';
  }

  async stop() {
    this.plain?.child.stdin.end();
    // Those that began last end first: ZooKeeper outlives its clients.
    for (const child of [...this.children].reverse()) await stopProcess(child);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
