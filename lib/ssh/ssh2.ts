import ssh2 from 'ssh2';

// The only file that imports ssh2, itself imported with `await import`, so that commands that dial nothing never load it.

export type { AuthHandlerMiddleware, Client, ClientChannel, ParsedKey, ServerChannel, TcpConnectionDetails } from 'ssh2';

export const { Client: SshClient, Server: SshServer, BaseAgent: SshAgent, createAgent } = ssh2;
export const { parseKey } = ssh2.utils;
