import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { mistakeIn, toShownCommand } from './commands-in-text.js';
import { read, root } from './documents.js';

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly network_mode?: string;
  readonly healthcheck?: Readonly<Record<string, unknown>>;
}

// There is no container engine in the tests, so what can be checked without one is.
const compose = parse(read('compose.yaml'), { merge: true, strict: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);

describe('compose.yaml', () => {
  it('brings up everything of the main path', () => {
    assert.deepEqual(Object.keys(compose.services).sort(), [
      'business',
      'civil',
      'gateway',
      'kafka',
      'listen',
      'postgres',
      'tax',
    ]);
  });

  it('calls only commands and options that ura has', function () {
    this.timeout(20_000);
    const commands = services.flatMap(([, { command }]) => (command ? [command] : []));
    assert.equal(commands.length, 5);
    for (const command of commands)
      assert.equal(mistakeIn(toShownCommand(command)), undefined, command.join(' '));
  });

  it('refers only to services and volumes that it defines, and waits only for health that is checked', () => {
    for (const [name, service] of services) {
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        assert.ok(compose.services[other], `${name} depends on ${other}`);
        assert.equal(condition, 'service_healthy');
        // The image of the gateway brings its own check.
        assert.ok(
          other === 'gateway' || compose.services[other]?.healthcheck?.test,
          `${other} is not checked`,
        );
      }
      for (const volume of service.volumes ?? []) {
        assert.ok((volume.split(':')[0] ?? '') in compose.volumes, `${name} uses ${volume}`);
      }
      const shared = /^service:(.*)$/.exec(service.network_mode ?? '')?.[1];
      if (shared) assert.ok(compose.services[shared]);
    }
  });

  it('sets only variables that the program reads', () => {
    const known = read('docs/operations.md');
    for (const name of ['gateway', 'listen', 'civil', 'tax', 'business']) {
      for (const variable of Object.keys(compose.services[name]?.environment ?? {})) {
        assert.ok(known.includes(`\`${variable}\``), variable);
      }
    }
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const steps = text.replaceAll('\\\n', ' ').split('\n');

  it('copies only what is there', () => {
    const copied = steps
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.slice('COPY '.length).trim().split(/\s+/).slice(0, -1));
    assert.ok(copied.length > 10);
    for (const path of copied) assert.ok(existsSync(join(root, path)), path);
    const kept = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const path of copied)
      assert.ok(kept.includes(path.split('/')[0] ?? ''), `.dockerignore drops ${path}`);
  });

  it('brings everything that package.json counts as part of the program', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    const last = text.slice(text.lastIndexOf('\nFROM '));
    for (const path of files.filter((file) => file !== 'adapters')) {
      assert.match(last, new RegExp(`^COPY .*${path}( |$)`, 'm'), path);
    }
  });

  it('runs as a user without rights, without packages for development, and checks its health', () => {
    const last = text.slice(text.lastIndexOf('\nFROM '));
    assert.match(last, /^USER ura$/m);
    assert.match(last, /^HEALTHCHECK [\s\S]*\/health\/live/m);
    assert.match(last, /^COPY --from=packages \/ura\/node_modules node_modules$/m);
    assert.match(text, /AS packages\nRUN npm ci --omit=dev/);
  });

  it('starts a command that ura has', function () {
    this.timeout(10_000);
    const json = (instruction: string) => {
      const line = steps.find((step) => step.startsWith(`${instruction} [`)) ?? '';
      return JSON.parse(line.slice(instruction.length)) as string[];
    };
    assert.equal(json('ENTRYPOINT').at(-1), 'dist/src/main.js');
    assert.equal(mistakeIn(toShownCommand(json('CMD'))), undefined);
  });
});
