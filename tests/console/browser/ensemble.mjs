// A real ZooKeeper ensemble of several servers on loopback, by
// scripts/zk-ensemble, in a folder of its own.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FACTOR, stopProcess } from './cluster.mjs';

const SCRIPT = new URL('../../../scripts/zk-ensemble', import.meta.url).pathname;

export class Ensemble {
  // Servers are told by their number, from 1 on; `observer` is one more.
  static async start(count, { observer = false } = {}) {
    const ensemble = new Ensemble();
    ensemble.folder = mkdtempSync(join(tmpdir(), 'roster-ensemble-'));
    ensemble.others = [];  // processes that the script does not know
    try {
      await ensemble.run('start', `${count}`, '--port', '0', '--heap', '96m');
      if (observer) await ensemble.run('add-observer');
    } catch (error) {
      await ensemble.stop();
      throw error;
    }
    return ensemble;
  }

  async run(...args) {
    const { stdout } = await promisify(execFile)(SCRIPT, [
      '--dir', this.folder, '--timeout', `${120 * FACTOR}`, ...args]);
    return stdout;
  }

  // {connect, servers: [{id, address, pid, mode}]}
  async status() {
    // Exits with 1 unless all serve.
    return JSON.parse(await this.run('status', '--json')
        .catch(({ stdout }) => stdout));
  }

  async numberOf(mode) {
    const { servers } = await this.status();
    return servers.find((server) => server.mode === mode)?.id;
  }

  kill(number) { return this.run('kill', `${number}`); }
  restart(number) { return this.run('restart', `${number}`); }

  // Starts a server again with ZooKeeper's own whitelist, in which `mntr` is
  // not; the script writes one that has it.
  async forbid(number) {
    const { servers } = await this.status();
    const { pid } = servers[number - 1];
    const [command, ...args] =
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    await this.kill(number);
    const config = args.at(-1);
    writeFileSync(config, readFileSync(config, 'utf8')
        .replace(/^4lw\.commands\.whitelist=.*\n/m, ''));
    this.others.push(spawn(command, args, { stdio: 'ignore', cwd: this.folder }));
  }

  // Those that were forbidden to tell run as the others again.
  async allow(number) {
    for (const child of this.others.splice(0)) await stopProcess(child);
    await this.restart(number);
  }

  async stop() {
    for (const child of this.others) await stopProcess(child);
    await this.run('stop').catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }
}
