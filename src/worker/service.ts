/** A systemd unit for the worker: least rights, back after a crash, and not in a circle when it ended for good. */
export interface ServiceOptions {
  readonly node: string;
  readonly flock: string;
  readonly home: string;
  readonly user: string;
}

/** Exit code of a worker that must not be started again before somebody did something. */
export const ENDED = 3;

export const systemdUnit = ({ node, flock, home, user }: ServiceOptions): string => `[Unit]
Description=Flock worker (啄木鸟): lends this machine to a community's test hunts
After=network-online.target
Wants=network-online.target

[Service]
User=${user}
ExecStart=${node} ${flock} worker run --home ${home}
Restart=on-failure
RestartSec=30
RestartPreventExitStatus=${ENDED}
KillSignal=SIGTERM
TimeoutStopSec=60
NoNewPrivileges=true
ProtectSystem=strict
ReadWritePaths=${home}
PrivateTmp=true
MemoryMax=2G
Nice=10

[Install]
WantedBy=multi-user.target
`;
