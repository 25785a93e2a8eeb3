// One running program with its functions, in a folder of its own.
//
// Invariant: `stop` leaves neither a process nor a folder behind.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const START_MS = 60_000;

export class Skep {
  /** Starts it with these files below `functions/`. */
  static async start(program, files, args = []) {
    const skep = new Skep();
    skep.folder = mkdtempSync(join(tmpdir(), 'skep-ui-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(skep.folder, 'functions', name)), { recursive: true });
      writeFileSync(join(skep.folder, 'functions', name), text);
    }
    mkdirSync(join(skep.folder, 'functions'), { recursive: true });
    const places = ['--functions', 'functions', '--state', 'state', '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
    skep.child = spawn(program, ['serve', ...places, ...args], { cwd: skep.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    skep.log = '';
    skep.child.stderr.setEncoding('utf8').on('data', (text) => (skep.log = (skep.log + text).slice(-20_000)));
    await skep.announced();
    return skep;
  }

  announced() {
    return new Promise((resolve, reject) => {
      let text = '';
      const failed = (why) => reject(new Error(`the program did not start: ${why}\n${this.log.slice(-2000)}`));
      const timer = setTimeout(() => failed('it says nothing'), START_MS);
      this.child.once('exit', (code) => failed(`exit code ${code}`));
      this.child.stdout.setEncoding('utf8').on('data', (more) => {
        text += more;
        const found = (what) => new RegExp(`^${what} on (http://\\S+)$`, 'm').exec(text)?.[1];
        [this.listen, this.admin] = [found('listening'), found('admin')];
        if (!this.listen || !this.admin) return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** An operation of the admin API, as a command would send it. */
  async api(method, path, body) {
    const headers = { ...(this.token ? { authorization: `Bearer ${this.token}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${this.admin}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Whether this program has an operation that is read. */
  async has(path) {
    const headers = this.token ? { authorization: `Bearer ${this.token}` } : {};
    return (await fetch(`${this.admin}/api/v1${path}`, { headers })).status === 200;
  }

  deploy(name, text, query = '') {
    return this.api('PUT', `/functions/${name}?wait=true${query}`, { files: { 'index.js': text } });
  }

  async call(path, times = 1) {
    for (let done = 0; done < times; done += 1) await (await fetch(this.listen + path)).text();
  }

  /** The process id of the engine. */
  async engine() {
    return (await this.api('GET', '/host')).pid;
  }

  async stop() {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.kill('SIGTERM')) {
      const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
