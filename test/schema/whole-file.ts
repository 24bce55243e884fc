// Valid files that have, together, every key of a Sandboxfile; a test sees to that. Several small ones are read faster than a large one.

const TOP_LEVEL = `
version: 1
name: hello
default: [check]
x-note: { anything: [at, all] }
params:
  optimize: { type: string, aliases: [o], default: "1", enum: ["0", "1", "2"], description: Optimisation level }
  jobs: 4
  words: [a, b]
  x-own: 1
env: { LC_ALL: C.UTF-8, LEVEL: 2, ON: true }
dotenv: .env
secrets:
  RELAY_KEY: { file: ~/.config/relay-key, version: "2" }
sandboxes:
  vm:
    profile: vm-haskell-build
    host: build@buildhost
    tunnel: 12222
    user: build
    workspace: /build/hello
    files: all
    keep: running
    onUnreachable: cached
    probes: { ghc: ghc --numeric-version }
    probeMaxAge: 7d
    grace: 10m
    env: [LANG]
  made:
    machine:
      driver: qemu
      hypervisor: vm
      endpoint: tunnel:12222
      image: /srv/haskell-build.ova
      name: haskell-build
      memory: 8GiB
      cpus: 4
      network: nat
      forwards: ["8080:80"]
      accelerator: tcg
      snapshot: ready
      idle: 30m
      boot: 10m
      keys: { authorize: [~/.ssh/id_build.pub], identity: ~/.ssh/id_build, agent: build-agent.env, by: nocloud }
  clean: { machine: { driver: virtualbox, network: bridged, adapter: "en0: Wi-Fi (AirPort)", clone: true, memory: 8192 } }
pools: { linkers: 2 }
cache: { enabled: true, maxSize: 10GiB, maxAge: 30d }
hub: { url: "http://127.0.0.1:8000", domain: railiance, interval: 1m, wait: 3s }
profiles:
  release:
    params: { optimize: "2" }
    steps:
      check: { timeout: 1h }
steps:
  each: { run: "true", matrix: { ghc: ["9.4", "9.6"], jobs: [1], exclude: [{ ghc: "9.4" }], include: [{ ghc: "9.8", jobs: 2 }] } }
  check: { run: "true", aliases: [c], platforms: [linux, darwin/arm64], confirm: "Sure?", requires: [jobs] }
  web: { run: "node server.js", service: true, ready: { http: "http://localhost/", status: 200, deadline: 5s, interval: 1s } }
  test:
    needs: [web]
    run: make test
    pool: [linkers]
    inputs: [src, { command: git rev-parse HEAD }]
    values: { version: text }
    outputs: []
    hub: e2e_result
  link: { run: make link, pool: { name: linkers, weight: 2 } }
`;

const REMOTE_STEPS = `
version: 1
sandboxes: { vm: {}, one-of: { hosts: [build-1, build-2], assign: by-project } }
params: { jobs: 4, words: [a, b] }
tunnels:
  database: { in: vm, listen: 5432, to: "localhost:5432", description: That of the tests }
  hooks: { in: vm, listen: "there:8080", to: 3000, ready: { deadline: 5s } }
steps:
  sync:
    task: sync
    in: vm
    exclude: [out]
    edits: keep
    generated: [version.h]
    mostRemoved: 10
  build:
    task: remote-build
    in: vm
    needs: sync
    source: ~/.ghcup/env
    run: make -j\${{ params.jobs }}
    provides: vm
    state: [dist-newstyle]
    retry: { times: 2, delay: 1s }
  gdb: { task: remote-shell, in: vm, source: ~/.profile }
  fetch-artifacts:
    task: fetch-artifacts
    in: vm
    needs: [build]
    from: out/app
    to: bin
    exclude: ["*.o"]
    links: contained
  teardown: { task: teardown, in: vm, releases: vm }
`;

const MACHINE_STEPS = `
version: 1
sandboxes: { vm: { machine: { driver: qemu } } }
steps:
  image: { task: packer-build, template: image, to: build, only: [a], variables: { a: 1 }, varFiles: [a], image: "*.ova", force: true }
  import: { task: import, provides: vm, image: build/vm.ova }
  setup-vm: { task: setup-vm, provides: vm, needs: [import] }
  start: { task: start, machine: vm, needs: [setup-vm] }
  tunnel: { task: wait-for, tcp: "localhost:12222" }
  hub: { task: wait-for, http: "http://127.0.0.1:8000/" }
  up: { task: wait-for, ssh: vm }
  save: { task: snapshot, machine: vm, name: ready }
`;

const LOCAL_STEPS = `
version: 1
params: { jobs: 4, words: [a, b] }
secrets: [RELAY_KEY]
pools: { linkers: 2 }
steps:
  lint: { run: make lint }
  check:
    task: shell
    run: ./bin/app
    shell: bash
    needs: [lint]
    after: [words]
    inputs: bin/app
    outputs: []
    tools: [cc]
    env: { A: b }
    passEnv: [SSH_AUTH_SOCK]
    secrets: [RELAY_KEY]
    dir: .
    if: os == 'linux'
    when: success
    timeout: 90s
    retry: 1
    pool: linkers
    parallel: false
    cache: true
    interactive: false
    description: Runs it
  words: { run: [echo, hi], shell: argv }
  release: { task: script, file: a.mjs, args: [--draft] }
  image:
    task: packer-build
    template: image
    to: build/image
    only: qemu.debian
    variables: { disk_size: 4096, packages: [gcc] }
    varFiles: site.pkrvars.hcl
    image: "*.qcow2"
    force: false
`;

export const WITH_RECIPE = `
version: 1
extensions: ./extensions/notify.mjs
include: { backend: { file: ./backend, dir: app, optional: true, with: { level: 2 } } }
use: [{ recipe: haskell-remote-build, with: { ghc: "9.6" } }]
with: { vm: buildhost, targets: [all, tests] }
steps:
  remote-build: { timeout: 3h }
`;

export const WHOLE_FILES = [TOP_LEVEL, REMOTE_STEPS, MACHINE_STEPS, LOCAL_STEPS, WITH_RECIPE] as const;
